"""What is said of a load: to people in words, to machines in JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.load import Loaded
from rtp_finance_directory.loading.problems import Problem

SHOWN = 20
"""Problems that are written out, unless more are asked for."""


def describe_load(
    standard: FileStandard[Any], loaded: Loaded, problems: Sequence[Problem], *, most: int = SHOWN
) -> Iterator[str]:
    """Describe the load of a file, a line each."""
    progress = loaded.progress
    facts = f"{loaded.facts.kind}, {loaded.facts.encoding}" if loaded.facts.kind != "xlsx" else "xlsx"
    how = (
        "loaded before, so nothing was done"
        if loaded.before
        else f"{progress.counts['read']} {standard.items} read ({facts})"
    )
    yield f"{progress.source}: {how}"
    if loaded.resumed_at and not loaded.before:
        yield f"  went on behind the first {loaded.resumed_at}, which an earlier load had stored"
    for name, words in standard.outcomes.items():
        if progress.counts[name]:
            yield f"  {progress.counts[name]:>9,} {words}"
    if progress.left_out:
        names = ", ".join(f"{name} ({count:,})" for name, count in progress.left_out.most_common(10))
        yield f"  fields that are not kept, and in how many {standard.items}: {names}"
    if progress.broken_rules:
        total = progress.broken_rules.total()
        rules = ", ".join(f"{name} {count:,}" for name, count in progress.broken_rules.most_common())
        yield f"  {total:,} problems: {rules}"
        yield from (f"    {problem}" for problem in problems[:most])
        if total > most:
            yield f"    and {total - min(most, len(problems)):,} more"


def build_report(standard: FileStandard[Any], loaded: Loaded, problems: Sequence[Problem]) -> dict[str, Any]:
    """Build the same for machines: one object a file."""
    progress = loaded.progress
    return {
        "source": progress.source,
        "kind": loaded.facts.kind,
        "encoding": loaded.facts.encoding,
        "sha256": loaded.facts.digest,
        "loadedBefore": loaded.before,
        "resumedAt": loaded.resumed_at,
        "counts": {name: progress.counts[name] for name in ("read", *standard.outcomes)},
        "brokenRules": dict(progress.broken_rules),
        "leftOut": dict(progress.left_out),
        "problems": [
            {"row": each.row, "field": each.field, "rule": each.rule, "wrong": each.wrong, "right": each.right}
            for each in problems
        ],
    }
