"""Reading of a content that may be large, block by block."""

from typing import BinaryIO

BLOCK = 65_536


def find_first(file: BinaryIO, sought: bytes, start: int = 0) -> int | None:
    """Return where the bytes first stand in the content, from `start` on."""
    file.seek(start)
    end, position = b"", start
    while block := file.read(BLOCK):
        window = end + block
        if (at := window.find(sought)) >= 0:
            return position - len(end) + at
        position += len(block)
        end = window[-len(sought) :]
    return None


def read_end(file: BinaryIO) -> tuple[int, bytes]:
    """Return the content's size and its last block, without the zeros and blanks that some senders put after it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - BLOCK))
    return size, file.read(BLOCK).rstrip(b"\0\t\n\f\r ")
