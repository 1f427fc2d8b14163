"""Guards of notices, representations and challenges on the way to an award: rows 16 and 29."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Status, Suspension
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
from rtp_applications.workflow.stages.contract.tracks import find_track
from rtp_shared.problems import FieldError

OPENING = frozenset({NoticeKind.UK4, NoticeKind.SELECTION_CONTRACT})
BEFORE_THE_TENDER = frozenset({Status.APPROVED, Status.CONTRACT_ROUTE})


def find_notice(snapshot: CaseSnapshot, kind: NoticeKind) -> Notice | None:
    return snapshot.find(Notice, kind)


def get_track_setting(step: Step, table: str) -> tuple[str, ...]:
    """Return the entries of a setting for the regime on file."""
    return tuple(step.process.get_setting(step.snapshot, table).get(find_track(step.snapshot), ()))


@guard("/kind", payload=True)
def notice_opens_tender(step: Step) -> str | None:
    """The notice is one that opens a tender under the regime (Procurement Act 2023 s.21; SI 2023/1348 reg 11)."""
    allowed = get_track_setting(step, "tender-notices")
    if find_track(step.snapshot) is None or step.payload.kind in allowed:
        return None
    return f"a tender is opened by: {', '.join(allowed)}" if allowed else "there is no tender under this regime"


@guard("/kind", payload=True)
def tender_is_opened_by_its_own_action(step: Step) -> str | None:
    """A notice that opens a tender, before there is one, is put on file by publish-tender, which asks for all that
    comes before it (Procurement Act 2023 ss.21, 54; SI 2023/1348 reg 11(2), (3)).
    """
    if step.payload.kind not in OPENING or step.snapshot.status not in BEFORE_THE_TENDER:
        return None
    return "publish-tender puts a notice on file that opens a tender"


@guard("/kind", payload=True)
def notice_begins_standstill(step: Step) -> str | None:
    """The notice is one that begins a standstill under the regime (Procurement Act 2023 s.51; SI 2023/1348 reg 12)."""
    allowed = get_track_setting(step, "standstill-notices")
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
    opening = (find_notice(step.snapshot, NoticeKind(kind)) for kind in get_track_setting(step, "tender-notices"))
    return [each for each in opening if each]


@guard()
def notices_published(step: Step) -> str | None:
    """The notices that the regime wants before an award are published (Procurement Act 2023 s.50; SI 2023/1348)."""
    missing = [
        kind for kind in get_track_setting(step, "award-notices") if not find_notice(step.snapshot, NoticeKind(kind))
    ]
    return f"publish first: {', '.join(missing)}" if missing else None


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


@guard("/enteredIntoOn", payload=True)
def no_challenge_on_the_day_of_the_contract(step: Step) -> str | None:
    """No legal challenge was live on the day on which the contract was entered into, also where it has ended since: it
    is entered into only once the proceedings are over (Procurement Act 2023 s.101(1), (3)).
    """
    day = step.payload.entered_into_on
    live = [
        each.reference
        for each, _ in step.snapshot.list_payloads(Challenge)
        if each.opened_on <= day and (each.closed_on is None or day < each.closed_on)
    ]
    return f"a challenge was live on {day}: {', '.join(live)} (Procurement Act 2023 s.101(1), (3))" if live else None


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


@guard("/reference", payload=True)
def representation_on_file(step: Step) -> str | None:
    """The representation that it answers is on file."""
    on_file = step.snapshot.find_record(Representation, step.payload.reference)
    return None if on_file else "no such representation is on file"


@guard(payload=True)
def further_decision_has_reasons(step: Step) -> FieldError | None:
    """It is said how the representations were dealt with, and the reasons are those that were communicated to whoever
    made them and to whom the award was intended (SI 2023/1348 reg 12(4)(a) to (c), (6), (8)).
    """
    if step.payload.review is None:
        return FieldError("/review", "say how the representations were dealt with (SI 2023/1348 reg 12(4)(a) to (c))")
    if step.payload.reasons is None:
        return FieldError("/reasons", "the further decision is communicated with reasons (SI 2023/1348 reg 12(6), (8))")
    return None


@guard("/awardNoticeId", payload=True)
def award_notice_on_file(step: Step) -> str | None:
    """The notice of the award is on file under this number."""
    numbers = {each.notice_id for each, _ in step.snapshot.list_payloads(Notice) if each.kind in OF_AN_AWARD}
    return None if step.payload.award_notice_id in numbers else "no notice of an award is on file under this number"


@guard("/feedbackGivenOn", payload=True)
def feedback_given(step: Step) -> str | None:
    """The applicants were given feedback on their tender (Procurement Act 2023 s.50, assessment summaries)."""
    return None if step.payload.feedback_given_on else "give the applicants feedback first"
