"""What a reorganisation changes for a challenge: which periods it was received in, and from when its times count."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced, ReorganisationResolution

COUNCILS = frozenset({"county", "unitary", "district", "metropolitan-borough", "london-borough"})
"""Of which the regulations on reorganisation are (SI 2018/1128 regs 1(2), 2)."""
_ANSWERS = ("eoi-acceptance", "refusal", "modification-answer")
"""Kinds of the records of an answer to an expression of interest; those of an answer that was reopened are gone."""


def find_restart_day(snapshot: CaseSnapshot) -> date | None:
    """Return the reorganisation date from which both times of the Localism Act 2011 s.84 count anew, or None.

    They do so only where the predecessor resolved that its successor considers the expression of interest: SI 2018/1128
    reg 29(2), (3)(d). Otherwise what was begun with the predecessor goes on (reg 6(2), (3)).
    """
    replaced = (each for each, _ in snapshot.list_payloads(BodyReplaced))
    anew = (each.on for each in replaced if snapshot.find_record(ReorganisationResolution, each.key))
    return max(anew, default=None)


def find_windows(snapshot: CaseSnapshot) -> Sequence[dict[str, Any]] | None:
    """Return the published periods for expressions of interest: those in force on the day of receipt, as they were
    published by then (s.82(2) to (4)), of the authority that received this one, also after another followed it (s.82(1)
    to (3) as SI 2018/1128 reg 29(3)(b) has it).
    """
    replaced = [each for each, _ in snapshot.list_payloads(BodyReplaced)]
    if replaced:
        return min(replaced, key=lambda each: each.on).eoi_windows
    received = snapshot.case.submitted_at
    found: Sequence[dict[str, Any]] | None = snapshot.get_rule(
        "eoi-windows", civil_date(received) if received else None
    )
    return found


def find_answer_day(snapshot: CaseSnapshot) -> date | None:
    """Return the day of the authority's first answer to the expression of interest, as it stands, whenever that was
    entered.
    """
    return min((find_day(each) for each in snapshot.records.values() if each.kind in _ANSWERS), default=None)
