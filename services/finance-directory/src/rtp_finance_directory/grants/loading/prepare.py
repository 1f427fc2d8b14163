"""From what stands in a file to the row of a grant, or to what is wrong with it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic_core import to_json

from rtp_finance_directory.grants.reading.found import FoundGrant
from rtp_finance_directory.grants.standard.checks import build_check, find_unfit
from rtp_finance_directory.grants.standard.columns import name_path
from rtp_finance_directory.grants.standard.problems import GrantFault, GrantRule, Problem, describe_fault
from rtp_finance_directory.grants.standard.rows import GrantRow, hide_person, make_row


class PreparedGrant(NamedTuple):
    """A grant that is ready to be stored; no row if anything is wrong with it."""

    number: int
    row: GrantRow | None
    problems: Sequence[Problem]
    left_out: Sequence[str]


def prepare(found: FoundGrant | Problem, fallback: datetime | None) -> PreparedGrant:
    """Check what was found against the standard."""
    if isinstance(found, Problem):
        return PreparedGrant(found.row, None, [found], ())
    left_out: list[str] = list(found.left_out)
    faults = [*found.faults, *(build_check()(found.grant, left_out) or ())]
    row = None
    if not faults:
        made = _make_row(found, left_out, fallback)
        if isinstance(made, GrantFault):
            faults = [made]
        else:
            row = made
    said = {fault.path for fault in found.faults}
    problems = [
        describe_fault(found.row, fault, name_path(fault.path))
        for fault in faults
        if fault.rule is not GrantRule.MISSING or fault.path not in said
    ]
    return PreparedGrant(found.row, row, problems, left_out)


_VAST = re.compile(r"\d[eE][+-]?\d{3}", re.ASCII)
"""Perhaps a number whose exponent PostgreSQL does not take, though Python reads it as 0."""


def _make_row(found: FoundGrant, left_out: list[str], fallback: datetime | None) -> GrantRow | GrantFault:
    came = found.text
    if (came is None or "\\u0000" in came or "\\ud" in came or "\\uD" in came) and (
        unfit := find_unfit(found.grant)
    ) is not None:
        return GrantFault(unfit, GrantRule.UNFIT_TEXT)
    if hide_person(found.grant):
        left_out.append("recipientIndividual/name")
    # The text as it came is stored, unless something was taken out of it.
    if came is None or left_out or _VAST.search(came):
        came = to_json(found.grant).decode()
    return make_row(found.grant, came, fallback)
