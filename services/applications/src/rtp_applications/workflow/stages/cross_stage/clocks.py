"""Clocks that run at any stage: appeal, idleness, and the review of a suspension."""

from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import APPEALABLE, OPEN, OWED_BY_THE_GROUP, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.cross_stage.payloads import SuspensionNote


def find_day_before_review(snapshot: CaseSnapshot, _: date) -> date | None:
    note = snapshot.find(SuspensionNote)
    return note.review_on - ONE_DAY if note else None


CLOCKS = (
    propose_clock(
        "appeal-window", "Take the refusal to the escalation point, counted from its entry, which tells the group", 20,
        *APPEALABLE, fixed=True, window=True, reminders=(5,), on_end="close-appeal-window", runs_from_entry=True,
    ),
    propose_clock(
        "idle", "The staff group, whose turn it is, does nothing: the case lapses", 180, *OWED_BY_THE_GROUP,
        unit=Unit.CALENDAR_DAYS, rule="idle-limit", idle=True, window=True, reminders=(30, 7), on_end="lapse",
    ),
    CaseClock(
        name="suspension-review",
        description="Look again at whether the case must rest, by the day that its suspension set",
        runs_in=(OPEN - {Status.DRAFT}) | APPEALABLE | {Status.LAUNCHED},
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the suspension itself",
        rests=False,
        met_by=("resume",),
        started_by=("suspend",),
        ended_by=("withdraw", "lapse", "supersede", "quash", "record-tender-lost"),
        reminders=(14,),
        counts_from=find_day_before_review,
    ),
)  # fmt: skip
CLOCKS_OF_A_CHALLENGE = tuple(
    replace(
        each,
        description="The staff group does nothing about its draft, which lapses; what was submitted never does",
        runs_in=frozenset({Status.DRAFT}),
    )
    if each.on_end == "lapse"
    else each
    for each in CLOCKS
)
"""An expression of interest ends by the authority's decision or by withdrawal (Localism Act 2011 ss.83(1), 84(10)): its
clock runs, and nobody's silence ends a case.
"""
