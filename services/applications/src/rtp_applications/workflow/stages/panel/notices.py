"""Guards of the notices that a body's constitution owes before a decision: of the key decision, and of the meeting."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from rtp_applications.deadlines.rules.days import Calendar, CalendarName, Length, Unit, earliest_after
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.common.days import find_day, find_decision_day
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.panel.deciding import find_deciding_constitution, find_decision_in_favour
from rtp_applications.workflow.stages.panel.exceptions import FIVE_CLEAR_DAYS, TWENTY_EIGHT_CLEAR_DAYS
from rtp_applications.workflow.stages.panel.payloads import (
    AgendaPublication,
    DecisionRecord,
    GeneralException,
    KeyDecisionAnnouncement,
    PrivateMeetingNotice,
    ShorterNotice,
    SpecialUrgency,
    Urgent,
)

Notice: TypeAlias = KeyDecisionAnnouncement | AgendaPublication | GeneralException | PrivateMeetingNotice
"""What is published on a day, and must be out for a time."""

AGENDA: Mapping[str, Any] = {"number": 5, "unit": Unit.CLEAR_DAYS}
WORKING_AGENDA: Mapping[str, Any] = {"number": 5, "unit": Unit.CLEAR_WORKING_DAYS}


def find_agenda_length(snapshot: CaseSnapshot, on: date | None = None) -> Length | None:
    """Return the notice that the law asks for of a meeting on a day, or today, in clear days as the body counts them;
    None if none.
    """
    constitution = find_constitution(snapshot, on)
    if constitution is None or constitution.agenda is None:
        return None
    usual = WORKING_AGENDA if constitution.clear_working_days else AGENDA
    return parse_length(snapshot.get_rule("agenda-notice", on) or usual)


def find_board_length(snapshot: CaseSnapshot, on: date | None = None) -> Length | None:
    """Return the notice of its meetings that the board of an NHS body had set for itself by a day, or today; None if it
    had set none.
    """
    constitution = find_constitution(snapshot, on)
    own = snapshot.get_rule("board-meeting-notice", on)
    decides_in_meeting = constitution is not None and constitution.is_board and not constitution.is_one_person
    return parse_length(own) if decides_in_meeting and own else None


@guard()
def key_decision_notice_is_owed(step: Step) -> str | None:
    """The body owes notice of a key decision: a council's executive (SI 2012/2089 reg 9), a combined authority
    (SI 2017/68 art 11), and nobody else.
    """
    constitution = find_constitution(step.snapshot, find_decision_day(step))
    if constitution and constitution.key_decision_notice:
        return None
    form = constitution.form if constitution else "of a kind that is not known"
    return f"no notice of a key decision is owed: the constitution is {form}"


@guard("/decisionBy", payload=True)
def notice_can_serve(step: Step) -> str | None:
    """The day that the notice names lies after its 28 clear days (SI 2012/2089 reg 9; SI 2017/68 art 11), unless
    scrutiny was told of a general exception, or agreed that the decision is urgent.
    """
    constitution = find_constitution(step.snapshot, find_decision_day(step))
    excepted = step.snapshot.find(GeneralException) or step.snapshot.find_record(SpecialUrgency, Urgent.KEY_DECISION)
    if constitution is None or constitution.key_decision_notice is None or excepted:
        return None
    length = parse_length(step.process.get_setting(step.snapshot, "key-decision-notice"))
    first = earliest_after(step.payload.published_on, length, _find_calendar(step, step.today))
    if first <= step.payload.decision_by:
        return None
    return (
        f"this notice allows a decision from {first} on ({constitution.key_decision_notice}); where that is "
        f"impracticable, give notice of a general exception first ({constitution.general_exception})"
    )


@guard()
def meeting_notice_is_owed(step: Step) -> str | None:
    """A meeting decides of which notice is owed: of a council's executive (SI 2012/2089 regs 6, 7), of another council
    or authority (Local Government Act 1972 ss.100A, 100B), or of a board that set its own time for it.
    """
    if find_agenda_length(step.snapshot) or find_board_length(step.snapshot):
        return None
    return "no notice of a meeting is owed: one person decides, or the body is no council and set itself no time"


@guard("/notKeyBecause", payload=True)
def not_key_is_reasoned(step: Step) -> str | None:
    """That a decision is no key decision is said with its reason, unless it leaves all as it is (SI 2012/2089 reg
    8(1)); of a combined authority it goes by the view of its overview and scrutiny committee, with its reference
    (SI 2017/68 art 11(1)(a)).
    """
    constitution, payload = find_constitution(step.snapshot, find_decision_day(step)), step.payload
    if constitution is None or constitution.key_decision is None or payload.is_key or payload.changes_nothing:
        return None
    if not payload.not_key_because:
        return f"say why it is no key decision ({constitution.key_decision})"
    if constitution.scrutiny_says_what_is_key and not payload.not_key_reference:
        return f"name where scrutiny's view is on paper, in notKeyReference ({constitution.key_decision})"
    return None


@guard("/decidedOn", payload=True)
def key_decision_announced(step: Step) -> str | None:
    """Of a key decision, where the constitution owes it, notice was given 28 clear days before it, for a day or period
    that was not over on its day (SI 2012/2089 reg 9; SI 2017/68 art 11); or five clear days had gone by since that of a
    general exception was made public (reg 10; art 12); or it was agreed by then that it is urgent (reg 11; art 13).
    """
    constitution = find_constitution(step.snapshot, find_decision_day(step))
    if constitution is None or constitution.key_decision_notice is None or (step.payload and not step.payload.is_key):
        return None
    missing = _find_missing_announcement(step)
    exception = step.snapshot.find(GeneralException)
    if missing is None or _is_agreed_to_be_urgent(step, Urgent.KEY_DECISION):
        return None
    if exception is None:
        return f"{missing} ({constitution.key_decision_notice})"
    until = find_missing_notice(step, exception, FIVE_CLEAR_DAYS, on=find_decision_day(step))
    return f"{until} ({constitution.general_exception})" if until else None


def _find_missing_announcement(step: Step) -> str | None:
    notice, day = step.snapshot.find(KeyDecisionAnnouncement), find_decision_day(step)
    if notice and notice.decision_by < day:
        return f"the notice named a decision by {notice.decision_by}, and it was made on {day}: give notice anew"
    length = parse_length(step.process.get_setting(step.snapshot, "key-decision-notice", day))
    return find_missing_notice(step, notice, length, on=day)


def _is_agreed_to_be_urgent(step: Step, what: Urgent) -> bool:
    """Return whether it was agreed on the day of the decision, or before."""
    agreed = step.snapshot.find(SpecialUrgency, what)
    return agreed is not None and agreed.agreed_on <= find_decision_day(step)


@guard()
def agenda_published(step: Step) -> str | None:
    """Where the constitution owes it, agenda and papers of the meeting were public 5 clear days before, or for as long
    as the board set itself; of a meeting convened at shorter notice, since it was convened (SI 2012/2089 regs 6, 7;
    Local Government Act 1972 ss.100A, 100B). Constitution, length and calendar are those of the day of the decision.
    """
    day = find_decision_day(step)
    length = find_agenda_length(step.snapshot, day) or find_board_length(step.snapshot, day)
    constitution, agenda = find_constitution(step.snapshot, day), step.snapshot.find(AgendaPublication)
    if length is None or constitution is None:
        return None
    missing = find_missing_notice(step, agenda, length, on=day)
    shorter = step.snapshot.find(ShorterNotice)
    if missing is None or shorter is None or constitution.shorter_notice is None:
        return f"{missing} ({constitution.agenda or 'the rule of the board'})" if missing else None
    if agenda is not None and agenda.published_on <= shorter.convened_on <= day:
        return None
    return f"agenda and papers are public from when the meeting is convened ({constitution.shorter_notice})"


@guard()
def private_meeting_announced(step: Step) -> str | None:
    """Of a private meeting of an executive notice was given 28 clear days before, and again 5 with the representations
    made; or it was agreed by its day that the meeting is urgent (SI 2012/2089 reg 5).
    """
    day, agenda = find_decision_day(step), step.snapshot.find(AgendaPublication)
    constitution = find_constitution(step.snapshot, day)
    if constitution is None or constitution.private_meeting is None or agenda is None or not agenda.in_private:
        return None
    if _is_agreed_to_be_urgent(step, Urgent.PRIVATE_MEETING):
        return None
    for stage, length in (("intention", TWENTY_EIGHT_CLEAR_DAYS), ("further", FIVE_CLEAR_DAYS)):
        if missing := find_missing_notice(step, step.snapshot.find(PrivateMeetingNotice, stage), length, on=day):
            return f"the meeting is private: {missing} ({constitution.private_meeting})"
    return None


@guard()
def decision_recorded(step: Step) -> str | None:
    """Where the law asks for a written statement of the decision, it is on file, with its day (SI 2012/2089 regs 12,
    13; SI 2014/2095 reg 7).
    """
    constitution, approved = find_deciding_constitution(step.snapshot), find_decision_in_favour(step.snapshot)
    record = step.snapshot.find_record(DecisionRecord)
    if constitution is None or constitution.decision_record is None or approved is None:
        return None
    if record and record.signed[-1].at >= approved.signed[-1].at and find_day(record) == find_day(approved):
        return None
    return f"the written statement of the decision is wanting ({constitution.decision_record})"


def find_missing_notice(step: Step, notice: Notice | None, length: Length, *, on: date | None = None) -> str | None:
    """Return why notice does not allow a decision on the day, today unless given, or None: neither its own day nor that
    of the meeting counts.
    """
    if notice is None:
        return f"notice of {length} must go before"
    day = on or step.today
    first = earliest_after(notice.published_on, length, _find_calendar(step, day))
    when = "today" if day == step.today else str(day)
    return None if first <= day else f"{length} of notice end before {first}, not before {when}"


def _find_calendar(step: Step, on: date) -> Calendar:
    """Return the calendar by which the body counted its working days on a day."""
    local = step.snapshot.get_rule("working-day-calendar", on)
    return step.snapshot.calendars[CalendarName(local) if local else CalendarName.ENGLAND_AND_WALES]
