"""Files that hold secrets."""

from pathlib import Path


def write_private_file(file: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
