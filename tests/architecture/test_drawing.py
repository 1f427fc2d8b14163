"""The drawings of rooms in docs/architecture.md hold against the imports.

A drawing shows the fewest arrows from which the others follow: every arrow is an import of today, and every import
between rooms follows from the arrows. `python -m tests.architecture.test_drawing` prints them as they should be.
"""

import re
import sys
from pathlib import Path

import pytest

from tests.architecture.house import find_rings, reachable_rooms, read_modules, room_imports, shortest_drawing

ROOT = Path(__file__).parents[2]
MODULES = read_modules(ROOT)
PACKAGES = sorted({module.package for module in MODULES})
DRAWN = ("rtp_applications", "rtp_gateway", "rtp_shared")
_BLOCK = re.compile(r"```mermaid\n%% rooms of (\w+)\n(.*?)```", re.DOTALL)
_ARROW = re.compile(r"^\s*([\w.]+) --> ([\w.& ]+)$", re.MULTILINE)


def read_drawings() -> dict[str, dict[str, set[str]]]:
    text = (ROOT / "docs" / "architecture.md").read_text()
    drawings: dict[str, dict[str, set[str]]] = {}
    for package, block in _BLOCK.findall(text):
        arrows = drawings.setdefault(package, {})
        for start, targets in _ARROW.findall(block):
            arrows.setdefault(start, set()).update(target.strip() for target in targets.split("&"))
    return drawings


def short_imports(package: str) -> dict[str, set[str]]:
    """Return the imports between the rooms of a package, without the package's name before each."""
    full = room_imports(MODULES, package)
    return {
        room.removeprefix(f"{package}."): {to.removeprefix(f"{package}.") for to in there}
        for room, there in full.items()
    }


def draw(package: str) -> str:
    arrows = shortest_drawing(short_imports(package))
    lines = [f"  {room} --> {' & '.join(sorted(there))}" for room, there in sorted(arrows.items()) if there]
    return "\n".join(["```mermaid", f"%% rooms of {package}", "flowchart TD", *lines, "```"])


@pytest.mark.parametrize("package", PACKAGES)
def test_no_rooms_import_each_other_in_a_ring(package: str) -> None:
    assert find_rings(MODULES, package) == []


@pytest.mark.parametrize("package", DRAWN)
def test_every_arrow_of_the_drawing_is_an_import(package: str) -> None:
    imports = short_imports(package)
    drawn = [(start, to) for start, there in read_drawings()[package].items() for to in there]
    assert drawn
    assert [arrow for arrow in drawn if arrow[1] not in imports.get(arrow[0], set())] == []


@pytest.mark.parametrize("package", DRAWN)
def test_every_import_between_rooms_follows_from_the_drawing(package: str) -> None:
    imports = short_imports(package)
    drawn = {room: read_drawings()[package].get(room, set()) & imports.keys() for room in imports}
    reach = reachable_rooms(drawn)
    assert [(room, to) for room, there in imports.items() for to in there if to not in reach[room]] == []


if __name__ == "__main__":
    sys.stdout.write("\n\n".join(draw(package) for package in DRAWN) + "\n")
