"""More time on a clock: what it needs, what breaks each guard, and that it only ever lengthens."""

from dataclasses import replace

import pytest
from hypothesis import given as of_all
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.extensions.payloads import DeadlineExtension, Extra
from rtp_shared.contracts.applications import DeadlineMoved
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, breaks, build_snapshot, get_open_deadline, on_payload, refused_for

OFFICER, DECIDER = ground.person(Role.CASE_OFFICER), ground.person(Role.DECISION_MAKER)
MORE = {"number": 5, "unit": "working-days"}
WHY = "The actuary's figures come late."


def extension(clock: str, **length: object) -> DeadlineExtension:
    return DeadlineExtension.model_validate({"clock": clock, "length": {**MORE, **length}, "reasons": WHY})


asked = Ready(build_snapshot(Status.INFORMATION_REQUESTED), (OFFICER,), extension("information-reply"))
ground.ready("extend-deadline", asked)
screening = Ready(build_snapshot(Status.EOI_SCREENING), (DECIDER,), extension("screening"))
writing = build_snapshot(Status.BUSINESS_CASE, process=EMPLOYER_LED)
ground.ready("extend-deadline", Ready(writing, (OFFICER,), extension("business-case"), process=EMPLOYER_LED))


def _clock(attempt: Ready) -> str:
    assert isinstance(attempt.payload, DeadlineExtension)
    return attempt.payload.clock


breaks("extend-deadline", "clock-runs")(on_payload(clock="mandate"))


@breaks("extend-deadline", "clock-may-be-extended")
def _(attempt: Ready) -> Ready:
    if attempt.snapshot.find_deadline("idle") is None:
        attempt = replace(attempt, snapshot=build_snapshot(Status.INFORMATION_REQUESTED, process=attempt.process))
    return ground.giving(attempt, clock="idle")


@breaks("extend-deadline", "extensions-left")
def _(attempt: Ready) -> Ready:
    running = get_open_deadline(attempt.snapshot, _clock(attempt))
    often = replace(running, extensions=(Length(1, Unit.CALENDAR_DAYS),) * 2)
    return replace(attempt, snapshot=attempt.snapshot.with_deadline(often))


breaks("extend-deadline", "reasons-given")(on_payload(reasons=""))
breaks("extend-deadline", "extended-by-who-may")(lambda attempt: replace(attempt, signers=(DECIDER,)))
breaks("extend-deadline", "not-put-off-too-far")(on_payload(length=Extra.model_validate({**MORE, "number": 366})))


@of_all(number=st.integers(1, 14), unit=st.sampled_from(["working-days", "calendar-days"]))
def test_an_extension_only_lengthens_and_says_why(number: int, unit: str) -> None:
    payload = extension("screening", number=min(number, 10), unit=unit)
    before = get_open_deadline(screening.snapshot, "screening")
    change = ground.take("extend-deadline", replace(screening, payload=payload))
    after = get_open_deadline(change.after, "screening")
    told = [(type(each), each.clock, each.was_due_on, each.due_on) for each in change.events]  # type: ignore[attr-defined]
    assert told == [(DeadlineMoved, "screening", before.due_on, after.due_on)]
    assert after.due_on > before.due_on
    assert after.extensions == (payload.length.length,)
    assert [(entry.before, entry.after) for entry in after.history] == [(before.due_on, after.due_on)]


def test_a_clock_whose_time_is_up_is_not_extended() -> None:
    running = ground.get_open_deadline(screening.snapshot, "screening")
    assert refused_for("extend-deadline", replace(screening, now=running.due_at)) == ["clock-runs"]


def test_what_the_law_sets_is_not_extended() -> None:
    snapshot = build_snapshot(Status.INFORMATION_REQUESTED, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    attempt = Ready(snapshot, (OFFICER,), extension("decision-date-notice"), process=COMMUNITY_RIGHT_TO_CHALLENGE)
    assert refused_for("extend-deadline", attempt) == ["clock-may-be-extended"]


@pytest.mark.parametrize(
    ("number", "unit", "refused"),
    [
        (10, "working-days", False),
        (11, "working-days", True),
        (14, "calendar-days", False),
        (15, "calendar-days", True),
    ],
)
def test_screening_is_put_off_by_as_much_again_at_most(number: int, unit: str, refused: int) -> None:
    """From 15 September 2026 to the 29th, and no further."""
    asked_for = replace(screening, payload=extension("screening", number=number, unit=unit))
    assert refused_for("extend-deadline", asked_for) == ["not-put-off-too-far"] * refused


def test_two_extensions_are_counted_together() -> None:
    once = ground.take("extend-deadline", replace(screening, payload=extension("screening", number=8))).after
    again = replace(screening, snapshot=once)
    for number, refused in ((2, []), (3, ["not-put-off-too-far"])):
        payload = extension("screening", number=number)
        assert refused_for("extend-deadline", replace(again, payload=payload)) == refused


def test_nobody_gives_the_body_more_time_for_its_receipt() -> None:
    submitted = build_snapshot(Status.EOI_SUBMITTED)
    for signer in (OFFICER, DECIDER):
        attempt = Ready(submitted, (signer,), extension("acknowledgement"))
        assert refused_for("extend-deadline", attempt) == ["clock-may-be-extended"]


def test_in_version_2_an_officer_gave_as_much_as_anybody_asked_for() -> None:
    process = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    before = build_snapshot(Status.EOI_SUBMITTED, process=process)
    payload = extension("acknowledgement", number=366, unit="months")
    after = ground.take("extend-deadline", Ready(before, (OFFICER,), payload, process=process)).after
    assert get_open_deadline(after, "acknowledgement").due_on.year == 2057


def test_a_body_may_allow_another_number_of_extensions() -> None:
    once = ground.take("extend-deadline", screening).after
    strict = replace(screening, snapshot=ground.with_rule(once, "extensions-allowed", 1), now=ground.NOW)
    assert refused_for("extend-deadline", strict) == ["extensions-left"]
    assert refused_for("extend-deadline", replace(screening, snapshot=once)) == []
