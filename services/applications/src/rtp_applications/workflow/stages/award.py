"""Notices, standstill, representations and challenges on the way to an award: rows 16 and 29 of the process."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.clocks.days import ONE_DAY
from rtp_applications.clocks.deadline import Deadline, DeadlineState
from rtp_applications.workflow.casefile import CaseFile, Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.contract import track
from rtp_applications.workflow.words import Audience, Suspension
from rtp_shared.schemas import Line, Prose


class NoticeKind(StrEnum):
    """Notices on the central digital platform: UK1 to UK17 under the Procurement Act 2023, then SI 2023/1348."""

    UK1 = "UK1"
    UK2 = "UK2"
    UK3 = "UK3"
    UK4 = "UK4"
    UK5 = "UK5"
    UK6 = "UK6"
    UK7 = "UK7"
    UK8 = "UK8"
    UK9 = "UK9"
    UK10 = "UK10"
    UK11 = "UK11"
    UK12 = "UK12"
    UK13 = "UK13"
    UK14 = "UK14"
    UK15 = "UK15"
    UK16 = "UK16"
    UK17 = "UK17"
    SELECTION_CONTRACT = "provider-selection-contract-notice"
    SELECTION_INTENTION = "provider-selection-notice-of-intention"
    SELECTION_AWARD = "provider-selection-award-notice"
    SELECTION_MODIFICATION = "provider-selection-modification-notice"
    SELECTION_ABANDONMENT = "provider-selection-abandonment-notice"


OF_AN_AWARD = frozenset(
    {NoticeKind.UK6, NoticeKind.UK7, NoticeKind.SELECTION_INTENTION, NoticeKind.SELECTION_AWARD}
)  # fmt: skip


class Notice(Record):
    """A published notice; the newest of its kind counts."""

    KIND: ClassVar[str] = "notice"
    KEY: ClassVar[str | None] = "kind"

    kind: NoticeKind = Field(description="UK1 to UK17, or a notice of the Provider Selection Regime")
    notice_id: Line = Field(description="The platform's number of the notice", examples=["2026/S 000-012345"])
    ocid: Line | None = Field(default=None, description="Open contracting id", examples=["ocds-h6vhtk-04a1b2"])
    published_on: date


class Representation(Record):
    """Written representations of an aggrieved provider (SI 2023/1348 reg 12)."""

    KIND: ClassVar[str] = "representation"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line
    received_on: date


class FurtherChoice(StrEnum):
    AWARD = "award-as-intended"
    EARLIER_STEP = "return-to-earlier-step"
    ABANDON = "abandon"


class FurtherDecision(Record):
    """What the authority decided anew, having reviewed a representation (SI 2023/1348 reg 12)."""

    KIND: ClassVar[str] = "further-decision"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line = Field(description="Reference of the representation")
    decision: FurtherChoice
    communicated_on: date


class Challenge(Record):
    """A legal challenge to the award or to the decision before it: a claim or a judicial review."""

    KIND: ClassVar[str] = "challenge"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line = Field(description="The court's or the authority's reference")
    opened_on: date
    closed_on: date | None = Field(default=None, description="When it ended; it is live until then")
    outcome: Prose | None = None


class Award(Record):
    """The contract, grant or in-house arrangement is entered into."""

    KIND: ClassVar[str] = "award"

    entered_into_on: date
    reference: Line | None = None


class TenderLoss(Record):
    """Somebody else won: a legitimate end."""

    KIND: ClassVar[str] = "tender-loss"

    award_notice_id: Line = Field(description="Number of the notice of the award, which is on file")
    feedback_given_on: date | None = Field(default=None, description="When the applicants were given feedback")


STANDSTILLS = ("standstill", "provider-selection-standstill", "further-decision-standstill")


def notice(file: CaseFile, kind: NoticeKind) -> Notice | None:
    found = file.recorded(Notice, kind)
    return Notice.model_validate(found.content) if found else None


def day_before_award_notice(file: CaseFile, _: date) -> date | None:
    """The standstill begins with the day on which the contract award notice is published (s.51(2))."""
    published = notice(file, NoticeKind.UK6)
    return None if published is None or _under_selection(file) else published.published_on - ONE_DAY


def day_after_intention_notice(file: CaseFile, _: date) -> date | None:
    """The standstill begins on the day after the notice of intention (SI 2023/1348 reg 12(2)), which is day 0."""
    published = notice(file, NoticeKind.SELECTION_INTENTION)
    return published.published_on + ONE_DAY if published and _under_selection(file) else None


def last_further_decision(file: CaseFile, _: date) -> date | None:
    return max((each.communicated_on for each, _ in file.every(FurtherDecision)), default=None)


def _under_selection(file: CaseFile) -> bool:
    return (track(file) or "").startswith("provider-selection-regime")


def _of_track(step: Step, table: str) -> tuple[str, ...]:
    """What a setting says for the regime on file."""
    return tuple(step.process.setting(step.file, table).get(track(step.file), ()))


@guard("/publishedOn", given=True)
def notice_is_out(step: Step) -> str | None:
    """The notice was published on a day that is not in the future."""
    return None if step.given.published_on <= step.today else "the day of publication lies in the future"


@guard("/kind", given=True)
def notice_opens_tender(step: Step) -> str | None:
    """The notice is one that opens a tender under the regime (Procurement Act 2023 s.21; SI 2023/1348 reg 11)."""
    allowed = _of_track(step, "tender-notices")
    if track(step.file) is None or step.given.kind in allowed:
        return None
    return f"a tender is opened by: {', '.join(allowed)}" if allowed else "there is no tender under this regime"


@guard("/kind", given=True)
def notice_begins_standstill(step: Step) -> str | None:
    """The notice is one that begins a standstill under the regime (Procurement Act 2023 s.51; SI 2023/1348 reg 12)."""
    allowed = _of_track(step, "standstill-notices")
    if track(step.file) is None or step.given.kind in allowed:
        return None
    return f"a standstill begins with: {', '.join(allowed)}" if allowed else "there is no standstill under this regime"


@guard()
def tender_held(step: Step) -> str | None:
    """A tender was held, or the regime needs none (a reserved contract is competed for too: s.33 and s.19)."""
    regime = track(step.file)
    if regime is None or regime in step.process.setting(step.file, "no-tender-needed"):
        return None
    opening = _of_track(step, "tender-notices")
    return None if any(notice(step.file, NoticeKind(kind)) for kind in opening) else "hold the tender first"


@guard()
def notices_published(step: Step) -> str | None:
    """The notices that the regime wants before an award are published (Procurement Act 2023 s.50; SI 2023/1348)."""
    missing = [kind for kind in _of_track(step, "award-notices") if not notice(step.file, NoticeKind(kind))]
    return f"publish first: {', '.join(missing)}" if missing else None


@guard()
def standstill_over(step: Step) -> str | None:
    """The standstill is over where it is mandatory, or was given though it is not (Procurement Act 2023 s.51)."""
    held = list(_standstills(step.file))
    if not held:
        mandatory = track(step.file) in step.process.setting(step.file, "standstill-mandatory")
        return "a standstill is mandatory and has not begun" if mandatory else None
    latest = max(held, key=lambda each: each.due_at)
    return None if step.now >= latest.due_at else f"the standstill lasts to the end of {latest.due_on}"


def _standstills(file: CaseFile) -> Iterator[Deadline]:
    for each in file.deadlines.values():
        if each.clock in STANDSTILLS and each.state is not DeadlineState.CANCELLED:
            yield each


@guard()
def representations_answered(step: Step) -> str | None:
    """Every representation was answered with a further decision to award as intended (SI 2023/1348 reg 12)."""
    to_award = {each.reference for each, _ in step.file.every(FurtherDecision) if each.decision is FurtherChoice.AWARD}
    still_open = [each.reference for each, _ in step.file.every(Representation) if each.reference not in to_award]
    return f"representations are open: {', '.join(still_open)}" if still_open else None


@guard()
def no_live_challenge(step: Step) -> str | None:
    """No legal challenge is live, and the case does not rest for litigation."""
    if step.file.case.suspended is Suspension.LITIGATION:
        return "the case rests for litigation"
    live = [each.reference for each, _ in step.file.every(Challenge) if each.closed_on is None]
    return f"a challenge is live: {', '.join(live)}" if live else None


@guard("/enteredIntoOn", given=True)
def award_day_has_come(step: Step) -> str | None:
    """The contract was entered into on a day that is not in the future."""
    return None if step.given.entered_into_on <= step.today else "the day of the award lies in the future"


@guard("/receivedOn", given=True)
def representation_in_time(step: Step) -> str | None:
    """It was received while the standstill of the Provider Selection Regime ran (SI 2023/1348 reg 12(3))."""
    standstill = step.file.deadline("provider-selection-standstill")
    if standstill is None:
        return "no standstill of the Provider Selection Regime runs"
    if step.given.received_on > min(standstill.due_on, step.today):
        return f"representations are received by the end of {standstill.due_on}, and not in the future"
    return None


@guard("/reference", given=True)
def representation_on_file(step: Step) -> str | None:
    """The representation that it answers is on file."""
    on_file = step.file.recorded(Representation, step.given.reference)
    return None if on_file else "no such representation is on file"


@guard("/communicatedOn", given=True)
def communicated_after_receipt(step: Step) -> str | None:
    """The further decision was communicated after the representation came, and not in the future."""
    on_file = step.file.recorded(Representation, step.given.reference)
    received = Representation.model_validate(on_file.content).received_on if on_file else date.min
    return None if received <= step.given.communicated_on <= step.today else "it was communicated since the receipt"


@guard("/closedOn", given=True)
def challenge_dates_in_order(step: Step) -> str | None:
    """A challenge is opened before it is closed, and neither lies in the future."""
    closed = step.given.closed_on or step.today
    return None if step.given.opened_on <= closed <= step.today else "opened, then closed, and neither in the future"


@guard("/awardNoticeId", given=True)
def award_notice_on_file(step: Step) -> str | None:
    """The notice of the award is on file under this number."""
    numbers = {each.notice_id for each, _ in step.file.every(Notice) if each.kind in OF_AN_AWARD}
    return None if step.given.award_notice_id in numbers else "no notice of an award is on file under this number"


@guard("/feedbackGivenOn", given=True)
def feedback_given(step: Step) -> str | None:
    """The applicants were given feedback on their tender (Procurement Act 2023 s.50, assessment summaries)."""
    given = step.given.feedback_given_on
    return None if given and given <= step.today else "give the applicants feedback first"
