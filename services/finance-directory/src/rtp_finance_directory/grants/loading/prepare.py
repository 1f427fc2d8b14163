"""From what stands in a file to the row of a grant, or to what is wrong with it."""

import re
from datetime import datetime

from pydantic_core import to_json

from rtp_finance_directory.grants.standard.checks import build_check
from rtp_finance_directory.grants.standard.columns import name_path
from rtp_finance_directory.grants.standard.problems import GrantRule, describe_fault
from rtp_finance_directory.grants.standard.rows import GrantRow, hide_person, make_row
from rtp_finance_directory.loading.batches import PreparedItem
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.problems import ItemFault, Problem
from rtp_finance_directory.loading.texts import find_unfit


def prepare(found: FoundItem | Problem, fallback: datetime | None) -> PreparedItem[GrantRow]:
    """Check what was found against the standard."""
    if isinstance(found, Problem):
        return PreparedItem[GrantRow](found.row, None, [found], ())
    left_out: list[str] = list(found.left_out)
    faults = [*found.faults, *(build_check()(found.item, left_out) or ())]
    row = None
    if not faults:
        made = _make_row(found, left_out, fallback)
        if isinstance(made, ItemFault):
            faults = [made]
        else:
            row = made
    said = {fault.path for fault in found.faults}
    problems = [
        describe_fault(found.row, fault, name_path(fault.path))
        for fault in faults
        if fault.rule is not GrantRule.MISSING or fault.path not in said
    ]
    return PreparedItem[GrantRow](found.row, row, problems, left_out)


_VAST = re.compile(r"\d[eE][+-]?\d{3}", re.ASCII)
"""Perhaps a number whose exponent PostgreSQL does not take, though Python reads it as 0."""


def _make_row(found: FoundItem, left_out: list[str], fallback: datetime | None) -> GrantRow | ItemFault:
    came = found.text
    if (came is None or "\\u0000" in came or "\\ud" in came or "\\uD" in came) and (
        unfit := find_unfit(found.item)
    ) is not None:
        return ItemFault(unfit, GrantRule.UNFIT_TEXT)
    if hide_person(found.item):
        left_out.append("recipientIndividual/name")
    # The text as it came is stored, unless something was taken out of it.
    if came is None or left_out or _VAST.search(came):
        came = to_json(found.item).decode()
    return make_row(found.item, came, fallback)
