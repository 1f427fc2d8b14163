"""Clocks of the notices that a council must give."""

from datetime import date

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, KeyDecisionAnnouncement


def find_key_decision_notice_day(snapshot: CaseSnapshot, _: date) -> date | None:
    notice = snapshot.find(KeyDecisionAnnouncement)
    return notice.published_on if notice else None


def find_agenda_day(snapshot: CaseSnapshot, _: date) -> date | None:
    notice = snapshot.find(AgendaPublication)
    return notice.published_on if notice else None


NOTICES = "SI 2012/2089 (council executives in England)"
CLOCKS = (
    CaseClock(
        name="key-decision-notice",
        description="Public notice of a key decision: it may be taken on the day after these clear days",
        runs_in=frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE, Status.PANEL_READY, Status.DEFERRED}),
        length=Length(28, Unit.CLEAR_DAYS),
        rule="key-decision-notice",
        basis=Basis.STATUTE,
        source=NOTICES,
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
        rule="agenda-notice",
        basis=Basis.STATUTE,
        source=NOTICES,
        local_calendar=True,
        met_by=("publish-agenda",),
        started_by=("publish-agenda",),
        window=True,
        counts_from=find_agenda_day,
    ),
)
