"""What is said of a load: to people in words, to machines in JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from rtp_finance_directory.grants.loading.load import Loaded
from rtp_finance_directory.grants.standard.problems import Problem

_OUTCOMES = {
    "made": "new",
    "changed": "replaced an older one",
    "unchanged": "as stored already",
    "older": "older than what is stored, and left",
    "said_otherwise": "different from what is stored, and not newer, so left",
    "repeated": "with the identifier of an earlier row",
    "refused": "not as the standard has it, and left out",
}
SHOWN = 20
"""Problems that are written out, unless more are asked for."""


def describe_load(loaded: Loaded, problems: Sequence[Problem], *, most: int = SHOWN) -> Iterator[str]:
    """Describe the load of a file, a line each."""
    progress = loaded.progress
    facts = f"{loaded.facts.kind}, {loaded.facts.encoding}" if loaded.facts.kind != "xlsx" else "xlsx"
    how = "loaded before, so nothing was done" if loaded.before else f"{progress.counts['read']} grants read ({facts})"
    yield f"{progress.source}: {how}"
    if loaded.resumed_at and not loaded.before:
        yield f"  went on behind the first {loaded.resumed_at}, which an earlier load had stored"
    for name, words in _OUTCOMES.items():
        if progress.counts[name]:
            yield f"  {progress.counts[name]:>9,} {words}"
    if progress.left_out:
        names = ", ".join(f"{name} ({count:,})" for name, count in progress.left_out.most_common(10))
        yield f"  fields that are not kept, and in how many grants: {names}"
    if progress.broken_rules:
        total = progress.broken_rules.total()
        rules = ", ".join(f"{name} {count:,}" for name, count in progress.broken_rules.most_common())
        yield f"  {total:,} problems: {rules}"
        yield from (f"    {problem}" for problem in problems[:most])
        if total > most:
            yield f"    and {total - min(most, len(problems)):,} more"


def build_report(loaded: Loaded, problems: Sequence[Problem]) -> dict[str, Any]:
    """Build the same for machines: one object a file."""
    progress = loaded.progress
    return {
        "source": progress.source,
        "kind": loaded.facts.kind,
        "encoding": loaded.facts.encoding,
        "sha256": loaded.facts.digest,
        "loadedBefore": loaded.before,
        "resumedAt": loaded.resumed_at,
        "counts": {name: progress.counts[name] for name in ("read", *_OUTCOMES)},
        "brokenRules": dict(progress.broken_rules),
        "leftOut": dict(progress.left_out),
        "problems": [
            {"row": each.row, "field": each.field, "rule": each.rule, "wrong": each.wrong, "right": each.right}
            for each in problems
        ],
    }
