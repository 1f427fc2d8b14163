"""What rows have to keep, as it was asked for: `python -m bench` ends with 1 if one does not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Bound = tuple[str, str, float]
"""A figure of a row, whether it is to be at the most or at the least, and how much."""

LIMITS: Mapping[str, Sequence[Sequence[Bound]]] = {
    "eligibility-10k": [[("p95_ms", "most", 100)]],
    "gateway-read": [[("ratio", "least", 0.8)], [("added_p50_ms", "most", 0.5)]],
    "gateway-trivial": [[("ratio", "least", 0.15)], [("added_p50_ms", "most", 0.5)]],
    "gateway-memory": [[("growth", "most", 1.1)]],
    "grant-import": [[("per_second", "least", 20_000), ("ratio", "least", 0.4)], [("mib", "most", 300)]],
    "grant-search-1m": [[("p95_ms", "most", 50)]],
    "export-1m": [[("ratio", "most", 1.1)]],
}
"""By row: all lists are to be kept, and of each list one bound is enough."""


def find_passed(rows: Sequence[Row]) -> Iterator[str]:
    """Find the bounds that are not kept, in words."""
    for row in rows:
        for either in LIMITS.get(row["name"], ()):
            if not any(_is_kept(row, bound) for bound in either):
                said = " or ".join(f"{name} {row[name]}, at the {kind} {bound}" for name, kind, bound in either)
                yield f"{row['name']}: {said}"


def _is_kept(row: Row, bound: Bound) -> bool:
    name, kind, value = bound
    return bool(row[name] <= value if kind == "most" else row[name] >= value)
