#!/usr/bin/env python3
"""Check a receipt of the log, or that a checkpoint follows from an earlier one, offline and without an account.

python verify_receipt.py receipt RECEIPT.json --log KEY [--witness KEY]... [--quorum N] [--entry ENTRY-HASH]
python verify_receipt.py follows OLD NEW --tiles DIRECTORY-OR-URL --log KEY [--witness KEY]... [--quorum N]

Keys are as the log's `GET /v1/log` names them (name+id+key); use those that you kept. OLD and NEW are files with
checkpoints; a receipt's will do. Tiles are the log's own, as its path /v1/log/tile serves them, or a copy of them in a
directory; nothing that they say is believed but by the new checkpoint. It needs Python's standard library alone.

Exits with 0 if all holds, 1 with what does not, 2 if there is nothing to check.
"""

import argparse
import base64
import hashlib
import json
import sys
import urllib.request
from pathlib import Path

FORMAT, PROOF = "org.righttoprovide.log-receipt.1", "c2sp.org/tlog-proof@v1"
LOG, WITNESS = 1, 4
MOST_BYTES = 1_000_000


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def decode(text):
    return base64.b64decode(text, validate=True)


# Ed25519 (RFC 8032, section 5.1): the curve's points are added in extended coordinates. Slow, and needs no secret.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    w, x, y, z = f - e, h - g, h + g, f + e
    return w * x % P, y * z % P, x * y % P, w * z % P


def multiply(number, point):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def read_point(content):
    number = int.from_bytes(content, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def read_base():
    y = 4 * pow(5, -1, P) % P
    x = recover_x(y, 0)
    return x, y, 1, x * y % P


def is_signed(key, message, signature):
    """Return whether this is the key's signature of the message."""
    if len(signature) != 64:
        return False
    point, other = read_point(key), read_point(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if point is None or other is None or number >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = multiply(number, read_base()), add(other, multiply(hashed, point))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


class Key:
    """A public key of a log or a witness."""

    def __init__(self, text, kind):
        name, short, content = text.strip().split("+", 2)
        content = decode(content)
        check(len(content) == 33 and content[0] == kind, f"{name}: not an Ed25519 key of a {describe(kind)}")
        check(sha256(f"{name}\n".encode(), content)[:4].hex() == short, f"the id of the key of {name} is not its own")
        self.name, self.short, self.kind, self.key = name, bytes.fromhex(short), kind, content[1:]

    def has_signed(self, note):
        """Return whether the note bears this key's signature; a wrong one is no oversight."""
        found = [line for line in note.signatures if line[:2] == (self.name, self.short)]
        for _, _, signature in found:
            message = note.text.encode()
            if self.kind == WITNESS:
                time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                message = f"cosignature/v1\ntime {time}\n".encode() + message
            check(is_signed(self.key, message, signature), f"the signature of {self.name} is wrong")
        return bool(found)


def describe(kind):
    return "log" if kind == LOG else "witness"


class Note:
    """A signed checkpoint."""

    def __init__(self, note):
        text, blank, lines = note.rpartition("\n\n")
        check(blank and lines.endswith("\n"), "it is not a signed checkpoint")
        self.text = text + "\n"
        self.origin, size, root = self.text.split("\n")[:3]
        check(size.isascii() and size.isdigit() and str(int(size)) == size, "the tree's size cannot be read")
        self.size, self.root, self.signatures = int(size), decode(root), []
        for line in lines.splitlines():
            dash, name, content = line.split(" ")
            check(dash == "\u2014", "a line of it is not a signature")
            self.signatures.append((name, decode(content)[:4], decode(content)[4:]))

    def check_signatures(self, log, witnesses, quorum):
        check(self.origin == log.name, f"it is a checkpoint of {self.origin}, not of {log.name}")
        check(log.has_signed(self), f"{log.name} has not signed it")
        cosigned = [each.name for each in witnesses if each.has_signed(self)]
        check(len(cosigned) >= quorum, f"{len(cosigned)} of the witnesses have cosigned it, not {quorum}")
        return cosigned


def find_root(index, size, leaf, path):
    """Return the root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    place, last, found = index, size - 1, leaf
    for node in path:
        check(last > 0, "the proof is too long")
        if place & 1 or place == last:
            found = sha256(b"\x01", node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, node)
        place, last = place >> 1, last >> 1
    check(last == 0, "the proof is too short")
    return found


def verify_receipt(receipt, log, witnesses=(), quorum=0, entry=None):
    """Check a receipt, and return its checkpoint and who cosigned that. Raises AssertionError with what is wrong."""
    check(receipt["format"] == FORMAT, "the format is unknown")
    check(entry is None or receipt["entryHash"] == entry, f"it is the receipt of another entry, {receipt['entryHash']}")
    head, _, checkpoint = receipt["proof"].partition("\n\n")
    first, *lines = head.split("\n")
    check(first == PROOF, "the proof's format is unknown")
    if lines and lines[0].startswith("extra "):
        del lines[0]
    word, _, index = lines[0].partition(" ")
    check(word == "index" and index == str(receipt["place"]), "the proof is of another place")
    note = Note(checkpoint)
    check(0 <= receipt["place"] < note.size, "the leaf is not in the checkpoint's tree")
    salt, entry_hash = bytes.fromhex(receipt["salt"]), bytes.fromhex(receipt["entryHash"])
    check(len(salt) == len(entry_hash) == 32, "salt and hash are of 32 bytes")
    leaf = sha256(b"\x00", sha256(salt, entry_hash))
    root = find_root(receipt["place"], note.size, leaf, [decode(each) for each in lines[1:]])
    check(root == note.root, "the entry is not in the tree of the checkpoint")
    return note, note.check_signatures(log, witnesses, quorum)


class Tree:
    """The tree of a checkpoint, read from tiles, each of which is compared with the one above it, up to the root."""

    def __init__(self, note, source):
        self.size, self.source, self.known = note.size, source, {}
        check(self.find_root(note.size) == note.root, "the tiles are not those of the new checkpoint")

    def read(self, level, number):
        """Return the hashes of a tile: a full one must be what the level above says of it."""
        if (level, number) not in self.known:
            width = min(256, (self.size >> 8 * level) - number * 256)
            name = f"{level}/{name_tile(number)}" + (f".p/{width}" if width < 256 else "")
            content = read_source(f"{self.source}/{name}")
            check(len(content) == width * 32, f"tile {name} is not {width} hashes")
            hashes = [content[at : at + 32] for at in range(0, len(content), 32)]
            if width == 256:
                above = self.read(level + 1, number // 256)[number % 256]
                check(join(hashes) == above, f"tile {name} is not what the tile above says")
            self.known[level, number] = hashes
        return self.known[level, number]

    def find_root(self, size):
        """Return the root that the tree had when it was of this size."""
        peaks, first = [], 0
        for height in reversed(range(size.bit_length())):
            if size >> height & 1:
                level, rest = divmod(height, 8)
                at = first >> 8 * level
                peaks.append(join(self.read(level, at // 256)[at % 256 : at % 256 + (1 << rest)]))
                first += 1 << height
        if not peaks:
            return sha256()
        root = peaks.pop()
        while peaks:
            root = sha256(b"\x01", peaks.pop(), root)
        return root


def join(hashes):
    while len(hashes) > 1:
        hashes = [sha256(b"\x01", *hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def name_tile(number):
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts))


def read_source(path):
    if not path.startswith(("http://", "https://")):
        return Path(path).read_bytes()
    with urllib.request.urlopen(path, timeout=30) as answer:  # noqa: S310 - the scheme was looked at
        return answer.read(MOST_BYTES)


def verify_follows(old, new, tiles, log, witnesses=(), quorum=0):
    """Check that the new checkpoint follows from the old one, and return who cosigned the new one."""
    old.check_signatures(log, (), 0)
    cosigned = new.check_signatures(log, witnesses, quorum)
    check(old.size <= new.size, "the new tree is smaller than the old one")
    check(Tree(new, tiles.rstrip("/")).find_root(old.size) == old.root, "the log was rewritten: the old tree is gone")
    return cosigned


def read_note(path):
    """Read a checkpoint, or that of a receipt."""
    text = Path(path).read_text(encoding="utf-8")
    if text.startswith("{"):
        text = json.loads(text)["proof"].partition("\n\n")[2]
    return Note(text)


def build_parser():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    works = parser.add_subparsers(dest="work", required=True)
    receipt, follows = works.add_parser("receipt"), works.add_parser("follows")
    receipt.add_argument("receipt", type=Path)
    receipt.add_argument("--entry", help="the hash that the entry is known by")
    follows.add_argument("old")
    follows.add_argument("new")
    follows.add_argument("--tiles", required=True)
    for each in (receipt, follows):
        each.add_argument("--log", required=True, metavar="KEY")
        each.add_argument("--witness", action="append", default=[], metavar="KEY")
        each.add_argument("--quorum", type=int, metavar="N", help="how many must have cosigned; all that are named")
    return parser


def run(options):
    log, witnesses = Key(options.log, LOG), [Key(each, WITNESS) for each in options.witness]
    quorum = len(witnesses) if options.quorum is None else options.quorum
    if options.work == "receipt":
        receipt = json.loads(options.receipt.read_text(encoding="utf-8"))
        note, cosigned = verify_receipt(receipt, log, witnesses, quorum, options.entry)
        said = f"Entry {receipt['entryHash']} is leaf {receipt['place']} of {note.origin}, of {note.size}."
    else:
        old, new = read_note(options.old), read_note(options.new)
        cosigned = verify_follows(old, new, options.tiles, log, witnesses, quorum)
        said = f"The log {new.origin} of {new.size} leaves begins with the {old.size} that it had."
    return f"{said} Cosigned by: {', '.join(cosigned) or 'nobody whom you named'}.\n"


def main(arguments):
    options = build_parser().parse_args(arguments)
    try:
        said = run(options)
    except OSError as error:
        sys.stderr.write(f"There is nothing to check: {error}\n")
        return 2
    except (AssertionError, LookupError, TypeError, ValueError, AttributeError) as fault:
        sys.stderr.write(f"It does not hold: {type(fault).__name__ if not fault.args else fault}\n")
        return 1
    sys.stdout.write(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
