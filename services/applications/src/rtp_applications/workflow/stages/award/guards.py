"""Guards of notices, standstill, representations and challenges on the way to an award: rows 16 and 29."""

from collections.abc import Iterator

from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit, due_on
from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Suspension
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.payloads import (
    OF_AN_AWARD,
    Challenge,
    FurtherChoice,
    FurtherDecision,
    Notice,
    NoticeKind,
    Representation,
)
from rtp_applications.workflow.stages.award.restarts import find_last_restart
from rtp_applications.workflow.stages.contract.tracks import UNDER_THE_ACT, find_track

STANDSTILLS = ("standstill", "stated-standstill", "provider-selection-standstill", "further-decision-standstill")
SHORTEST = Length(8, Unit.WORKING_DAYS)
"""Of a standstill under the Procurement Act 2023, beginning with the day of the notice: s.51(2), (5)."""


def find_notice(snapshot: CaseSnapshot, kind: NoticeKind) -> Notice | None:
    return snapshot.find(Notice, kind)


def _get_track_setting(step: Step, table: str) -> tuple[str, ...]:
    """Return the entries of a setting for the regime on file."""
    return tuple(step.process.get_setting(step.snapshot, table).get(find_track(step.snapshot), ()))


@guard("/kind", payload=True)
def notice_opens_tender(step: Step) -> str | None:
    """The notice is one that opens a tender under the regime (Procurement Act 2023 s.21; SI 2023/1348 reg 11)."""
    allowed = _get_track_setting(step, "tender-notices")
    if find_track(step.snapshot) is None or step.payload.kind in allowed:
        return None
    return f"a tender is opened by: {', '.join(allowed)}" if allowed else "there is no tender under this regime"


@guard("/kind", payload=True)
def notice_begins_standstill(step: Step) -> str | None:
    """The notice is one that begins a standstill under the regime (Procurement Act 2023 s.51; SI 2023/1348 reg 12)."""
    allowed = _get_track_setting(step, "standstill-notices")
    if find_track(step.snapshot) is None or step.payload.kind in allowed:
        return None
    return f"a standstill begins with: {', '.join(allowed)}" if allowed else "there is no standstill under this regime"


@guard()
def tender_held(step: Step) -> str | None:
    """A tender was held, or the regime needs none (a reserved contract is competed for too: s.33 and s.19)."""
    regime = find_track(step.snapshot)
    if regime is None or regime in step.process.get_setting(step.snapshot, "no-tender-needed"):
        return None
    return None if list_tender_notices(step) else "hold the tender first"


def list_tender_notices(step: Step) -> list[Notice]:
    """Return the notices on file that open a tender under the regime."""
    opening = (find_notice(step.snapshot, NoticeKind(kind)) for kind in _get_track_setting(step, "tender-notices"))
    return [each for each in opening if each]


@guard()
def notices_published(step: Step) -> str | None:
    """The notices that the regime wants before an award are published (Procurement Act 2023 s.50; SI 2023/1348)."""
    missing = [
        kind for kind in _get_track_setting(step, "award-notices") if not find_notice(step.snapshot, NoticeKind(kind))
    ]
    return f"publish first: {', '.join(missing)}" if missing else None


@guard()
def standstill_over(step: Step) -> str | None:
    """The standstill is over where it is mandatory, or was given though it is not (Procurement Act 2023 s.51)."""
    held = list(list_standstills(step.snapshot))
    if not held:
        mandatory = find_track(step.snapshot) in step.process.get_setting(step.snapshot, "standstill-mandatory")
        return "a standstill is mandatory and has not begun" if mandatory else None
    latest = max(held, key=lambda each: each.due_at)
    return None if step.now >= latest.due_at else f"the standstill lasts to the end of {latest.due_on}"


def list_standstills(snapshot: CaseSnapshot) -> Iterator[Deadline]:
    """Yield the standstills of this procurement: one before it was ended, or went back, counts no more."""
    since = find_last_restart(snapshot)
    for each in snapshot.deadlines.values():
        held = each.clock in STANDSTILLS and each.state is not DeadlineState.CANCELLED
        if held and (since is None or each.started_at >= since):
            yield each


@guard()
def representations_answered(step: Step) -> str | None:
    """Every representation that was made in time was answered with a further decision to award as intended
    (SI 2023/1348 reg 12(4), (10)). A late one blocks nothing.
    """
    to_award = {
        each.reference
        for each, _ in step.snapshot.list_payloads(FurtherDecision)
        if each.decision is FurtherChoice.AWARD
    }
    still_open = [
        each.reference
        for each, _ in step.snapshot.list_payloads(Representation)
        if not each.late and each.reference not in to_award
    ]
    return f"representations are open: {', '.join(still_open)}" if still_open else None


@guard()
def no_live_challenge(step: Step) -> str | None:
    """No legal challenge is live, and the case does not rest for litigation."""
    if step.snapshot.case.suspended is Suspension.LITIGATION:
        return "the case rests for litigation"
    live = [each.reference for each, _ in step.snapshot.list_payloads(Challenge) if each.closed_on is None]
    return f"a challenge is live: {', '.join(live)}" if live else None


@guard()
def representation_was_received(step: Step) -> str | None:
    """There was a standstill of the Provider Selection Regime, in which representations are made
    (SI 2023/1348 reg 12(3)).
    """
    began = step.snapshot.find_deadline("provider-selection-standstill")
    return None if began else "there was no standstill of the Provider Selection Regime"


@guard("/late", payload=True)
def lateness_is_said(step: Step) -> str | None:
    """One that came after the 8th working day after the day on which the standstill began is said to be late
    (SI 2023/1348 reg 12(3)).
    """
    standstill = step.snapshot.find_deadline("provider-selection-standstill")
    if standstill is None or step.payload.late is (step.payload.received_on > standstill.due_on):
        return None
    last = f"representations are made until the end of {standstill.due_on} (SI 2023/1348 reg 12(3))"
    return f"it came in time: {last}" if step.payload.late else f"say that it came late: {last}"


@guard("/standstillEndsOn", payload=True)
def stated_standstill_is_lawful(step: Step) -> str | None:
    """A standstill for which the notice provides is one of the Procurement Act, and not shorter than eight working days
    beginning with the day of the notice (s.51(2), (5)).
    """
    stated = step.payload.standstill_ends_on
    if stated is None:
        return None
    if find_track(step.snapshot) not in UNDER_THE_ACT:
        return "no notice provides for a standstill under this regime: its length is fixed"
    shortest = due_on(step.payload.published_on - ONE_DAY, SHORTEST, step.snapshot.calendars[CalendarName.ANY_UK])
    return None if stated >= shortest else f"a standstill lasts to {shortest} or longer (Procurement Act 2023 s.51(5))"


@guard("/reference", payload=True)
def representation_on_file(step: Step) -> str | None:
    """The representation that it answers is on file."""
    on_file = step.snapshot.find_record(Representation, step.payload.reference)
    return None if on_file else "no such representation is on file"


@guard("/awardNoticeId", payload=True)
def award_notice_on_file(step: Step) -> str | None:
    """The notice of the award is on file under this number."""
    numbers = {each.notice_id for each, _ in step.snapshot.list_payloads(Notice) if each.kind in OF_AN_AWARD}
    return None if step.payload.award_notice_id in numbers else "no notice of an award is on file under this number"


@guard("/feedbackGivenOn", payload=True)
def feedback_given(step: Step) -> str | None:
    """The applicants were given feedback on their tender (Procurement Act 2023 s.50, assessment summaries)."""
    return None if step.payload.feedback_given_on else "give the applicants feedback first"
