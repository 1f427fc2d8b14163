"""Clocks of the notices before a decision."""

from datetime import date

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.panel.notices import find_agenda_length, find_board_length
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, KeyDecisionAnnouncement


def find_key_decision_notice_day(snapshot: CaseSnapshot, _: date) -> date | None:
    notice = snapshot.find(KeyDecisionAnnouncement)
    return notice.published_on if notice else None


def find_agenda_day(snapshot: CaseSnapshot, _: date) -> date | None:
    notice = snapshot.find(AgendaPublication)
    return notice.published_on if notice else None


NOTICES = "SI 2012/2089 (council executives in England)"
KEY_DECISIONS = "SI 2012/2089 reg 9(2) (council executives in England); SI 2017/68 art 11(3) (combined authorities)"
MEETINGS = (
    "SI 2012/2089 regs 6(1), 7(3) (council executives in England); Local Government Act 1972 ss.100A(6), 100B(3) "
    "(other councils and authorities)"
)
CLOCKS = (
    CaseClock(
        name="key-decision-notice",
        description="Public notice of a key decision: it may be taken on the day after these clear days",
        runs_in=frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE, Status.PANEL_READY, Status.DEFERRED}),
        length=Length(28, Unit.CLEAR_DAYS),
        rule="key-decision-notice",
        basis=Basis.STATUTE,
        source=KEY_DECISIONS,
        local_calendar=True,
        met_by=("publish-key-decision-notice",),
        started_by=("publish-key-decision-notice",),
        window=True,
        counts_from=find_key_decision_notice_day,
    ),
    CaseClock(
        name="agenda-notice",
        description="Public notice of agenda and papers: the meeting may be held on the day after these clear days",
        runs_in=frozenset({Status.PANEL_READY}),
        length=Length(5, Unit.CLEAR_DAYS),
        length_of=find_agenda_length,
        rule="agenda-notice",
        basis=Basis.STATUTE,
        source=MEETINGS,
        local_calendar=True,
        met_by=("publish-agenda",),
        started_by=("publish-agenda",),
        window=True,
        counts_from=find_agenda_day,
    ),
    CaseClock(
        name="board-meeting-notice",
        description="Public notice of the board's meeting: it may be held on the day after these clear days",
        runs_in=frozenset({Status.PANEL_READY}),
        length_of=find_board_length,
        rule="board-meeting-notice",
        basis=Basis.LOCAL_RULE,
        source="the board's own rule",
        local_calendar=True,
        met_by=("publish-agenda",),
        started_by=("publish-agenda",),
        window=True,
        counts_from=find_agenda_day,
    ),
)
