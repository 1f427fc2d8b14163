"""Measures of the house: rings of rooms, names, docstrings, sizes, `Any`.

Run `python -m tests.architecture.house [TREE] [-v]`. They are read off the source text of the product (migrations left
out), so that two checkouts can be compared. Public text (OpenAPI, AsyncAPI, the document of the process) and the names
of guards are on the wire: they do not count.
"""

import ast
import json
import re
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

IRREGULAR = frozenset(
    """
    been begun bound broken brought built caught chosen done drawn driven fallen felt fitted found given gone
    grown heard held hidden kept known laid left lent lost made meant met paid said seen sent shown slept sold spent
    spoken stood struck sunk taken taught thought told understood woken won worn written
    """.split()  # noqa: SIM905
)
NOT_PARTICIPLES = frozenset(
    {"bring", "exceed", "feed", "heed", "need", "proceed", "ping", "ring", "seed", "sing", "string"}
)
RIDDLE = re.compile(r"(What|Whatever|Where|Wherever|Who|Whoever|Whom|Whose|Whether|Which|Why|When|How)\b")
SPLIT_ROOMS = frozenset({"rtp_applications.deadlines", "rtp_applications.procurement", "rtp_applications.statistics"})
"""Packages of two rooms: the folders in them are rooms of their own."""


@dataclass
class Module:
    """One source file of the product."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    def imports(self) -> Iterator[str]:
        """Yield the full name of everything imported: modules, and names out of modules."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        yield from (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def read_modules(root: Path) -> list[Module]:
    """Parse every source file of the product below `root`."""
    found = []
    for source in sorted({*root.glob("*/src"), *root.glob("*/*/src")}):
        if source.parts[len(root.parts)].startswith("."):
            continue
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            if "migrations" in parts:
                continue
            text = path.read_text()
            name = ".".join(part for part in parts if part != "__init__")
            found.append(Module(name, path.relative_to(root), ast.parse(text), len(text.splitlines())))
    return found


def room_of(module: str) -> str:
    """Return the room of a module: the folder or file directly below its package."""
    parts = module.split(".")
    depth = 3 if ".".join(parts[:2]) in SPLIT_ROOMS and len(parts) > 3 else 2
    return ".".join(parts[:depth])


def room_imports(modules: Iterable[Module], package: str) -> dict[str, set[str]]:
    """Return for each room of a package the other rooms that it imports."""
    own = [module for module in modules if module.package == package and module.name != package]
    imports: dict[str, set[str]] = {room_of(module.name): set() for module in own}
    for module in own:
        here = room_of(module.name)
        imports[here] |= {room for target in module.imports() if (room := room_of(target)) in imports} - {here}
    return imports


def find_rings(modules: Iterable[Module], package: str) -> list[list[str]]:
    """Return the groups of rooms of a package that import each other in a ring, the largest first."""
    groups = strongly_connected(room_imports(modules, package))
    return sorted((group for group in groups if len(group) > 1), key=len, reverse=True)


def reachable_rooms(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return for each room every room that it reaches, in one step or more."""
    return {start: _reachable(edges, start) for start in edges}


def shortest_drawing(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the fewest arrows from which all others follow (the transitive reduction of a graph without rings)."""
    reach = reachable_rooms(edges)
    return {
        room: {to for to in there if not any(to in reach[via] for via in there - {to})} for room, there in edges.items()
    }


def strongly_connected(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of a graph (two rooms belong together if each reaches the other)."""
    reach = reachable_rooms(edges)
    groups: list[list[str]] = []
    for start in edges:
        if not any(start in group for group in groups):
            groups.append(sorted({start} | {other for other in reach[start] if start in reach[other]}))
    return groups


def _reachable(edges: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in edges[waiting.pop()] - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def is_participle(name: str) -> bool:
    """Tell whether a function's name opens with a participle (`told`, `fitted`, `waiting_for`) instead of a verb."""
    first = name.strip("_").split("_")[0].lower()
    if first in NOT_PARTICIPLES or name.startswith("__"):
        return False
    return first in IRREGULAR or bool(re.fullmatch(r"[a-z]{2,}(ed|ing)", first))


def is_named_freely(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether no rule binds the name: a property is no action, and a guard's name is on the wire."""
    decorators = {node.func if isinstance(node, ast.Call) else node for node in function.decorator_list}
    names = {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in decorators}
    return bool(names & {"property", "cached_property", "guard"})


def read_public_text(root: Path) -> str:
    """Return what the published documents say, with white space folded."""
    found = []
    for name in ("openapi/right-to-provide.json", "asyncapi/right-to-provide.json"):
        if (root / name).exists():
            found += list(_descriptions(json.loads((root / name).read_text())))
    process = root / "docs" / "process.md"
    found += [process.read_text()] if process.exists() else []
    return " ".join(" ".join(found).split())


def _descriptions(document: object) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for each in document.values():
            yield from _descriptions(each)
    elif isinstance(document, list):
        for each in document:
            yield from _descriptions(each)


def docstrings(modules: Iterable[Module]) -> Iterator[tuple[Module, int, str]]:
    """Yield every docstring: of modules, classes, functions, and the strings that explain attributes."""
    for module in modules:
        for node in ast.walk(module.tree):
            body = getattr(node, "body", None)
            if not isinstance(body, list):
                continue
            for number, each in enumerate(body):
                if (
                    isinstance(each, ast.Expr)
                    and isinstance(each.value, ast.Constant)
                    and isinstance(each.value.value, str)
                ):
                    explains = number == 0 or isinstance(body[number - 1], ast.Assign | ast.AnnAssign)
                    if explains and not isinstance(node, ast.If):
                        yield module, each.lineno, each.value.value.strip()


def _spread(values: list[int]) -> str:
    values = sorted(values)
    return f"{statistics.median(values):.0f} / {values[int(len(values) * 0.9)]} / {values[-1]}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} = {100 * part / whole:.1f}%"


def report(root: Path, *, verbose: bool) -> Iterator[str]:
    modules = read_modules(root)
    for package in sorted({module.package for module in modules}):
        rings = find_rings(modules, package)
        size = sum(len(ring) for ring in rings)
        yield f"rooms in a ring, {package}: {size}"
        yield from (f"    {' <-> '.join(each.removeprefix(package + '.') for each in ring)}" for ring in rings)
    shared = sum(m.lines for m in modules if m.package == "rtp_shared" and ".contracts" not in m.name)
    yield f"lines of shared without contracts: {shared}"
    functions = [(m, f) for m in modules for f in m.functions() if not f.name.startswith("__")]
    bad = [(m, f) for m, f in functions if is_participle(f.name) and not is_named_freely(f)]
    yield f"functions named by a participle: {_share(len(bad), len(functions))}"
    if verbose:
        yield from (f"    {m.path}:{f.lineno} {f.name}" for m, f in bad)
    said = list(docstrings(modules))
    public = read_public_text(root)
    riddles = [each for each in said if RIDDLE.match(each[2]) and " ".join(each[2].split()) not in public]
    yield f"docstrings that open with What, Where, Who...: {_share(len(riddles), len(said))}"
    if verbose:
        yield from (f"    {m.path}:{line} {text.splitlines()[0]}" for m, line, text in riddles)
    yield f"lines of a file, median / p90 / most: {_spread([m.lines for m in modules if m.lines > 3])}"
    lengths = [(f.end_lineno or f.lineno) - f.lineno + 1 for _, f in functions]
    yield f"lines of a function, median / p90 / most: {_spread(lengths)}"
    anys = sum(isinstance(n, ast.Name) and n.id == "Any" for m in modules for n in ast.walk(m.tree))
    lines = sum(m.lines for m in modules)
    yield f"`Any` per thousand lines: {anys} in {lines} = {1000 * anys / lines:.1f}"


def main() -> None:
    arguments = [each for each in sys.argv[1:] if each != "-v"]
    root = Path(arguments[0] if arguments else ".").resolve()
    sys.stdout.write("\n".join(report(root, verbose="-v" in sys.argv)) + "\n")


if __name__ == "__main__":
    main()
