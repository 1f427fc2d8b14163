"""Describing and submitting an expression of interest."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.workflow.engine import apply_action
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.interest.guards import REQUIRED, is_within
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent, InterestContent
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, on_facts, on_snapshot, take, with_facts
from tests.applications.workflow.stages.interest_cases import CHALLENGED, CONTENT, LEAD, TODAY

ONLY_IN_MAY = [{"fromMonth": 5, "fromDay": 1, "toMonth": 5, "toDay": 31}]
ground.ready("describe-interest", Ready(ground.build_snapshot(Status.DRAFT), (LEAD,), CONTENT))
ground.ready("submit", Ready(ground.put(ground.build_snapshot(Status.DRAFT), CONTENT), (LEAD,)))
SECOND_VERSION = PROCESSES[COMMUNITY_RIGHT_TO_CHALLENGE.route, 2]
drafted = ground.build_snapshot(Status.DRAFT, process=COMMUNITY_RIGHT_TO_CHALLENGE)
ground.ready("describe-interest", Ready(drafted, (LEAD,), CHALLENGED, process=COMMUNITY_RIGHT_TO_CHALLENGE))
ground.ready("submit", Ready(ground.put(drafted, CHALLENGED), (LEAD,), process=COMMUNITY_RIGHT_TO_CHALLENGE))
earlier = ground.build_snapshot(Status.DRAFT, process=SECOND_VERSION)
ground.ready("describe-interest", Ready(earlier, (LEAD,), CONTENT, process=SECOND_VERSION))
ground.ready("submit", Ready(ground.put(earlier, CONTENT), (LEAD,), process=SECOND_VERSION))
breaks("submit", "service-is-not-excluded")(
    on_snapshot(ground.put, CHALLENGED.model_copy(update={"for_a_named_person": True}))
)
breaks("submit", "employer-named")(on_facts(employer_id=None))
breaks("submit", "service-named")(on_facts(service_name=None))
breaks("submit", "sector-named")(on_facts(sector=None))


@breaks("submit", "enough-employees")
def _(attempt: Ready) -> Ready:
    needed = attempt.process.settings["applicants-needed"].value
    return with_facts(attempt, applicant_count=needed - 1)


breaks("submit", "conflicts-declared")(on_facts(conflicts_declared=False))
breaks("submit", "bodies-exist")(on_snapshot(ground.with_employer, ended_on=TODAY))
breaks("submit", "authority-is-relevant")(on_snapshot(ground.with_employer, kind="nhs-trust"))
breaks("submit", "window-open")(on_snapshot(ground.with_rule, "eoi-windows", ONLY_IN_MAY))


@breaks("submit", "content-is-complete")
def _say_nothing(attempt: Ready) -> Ready:
    """An incomplete one, which leaves open nothing else."""
    by_the_texts = attempt.process.version >= ground.BY_THE_TEXTS
    said = {"forANamedPerson": False} if by_the_texts else {}
    content = (ChallengeContent if by_the_texts else InterestContent).model_validate(said)
    return replace(attempt, snapshot=ground.put(attempt.snapshot, content))


@pytest.mark.parametrize(("answer", "says"), [(None, "say in forANamedPerson"), (True, "Sch 2 para 4")])
def test_a_service_for_a_named_person_is_no_subject_of_a_challenge(answer: bool | None, says: str) -> None:
    """SI 2012/1313 reg 4, Sch 2 para 4; nobody is let off the question."""
    content = CHALLENGED.model_copy(update={"for_a_named_person": answer})
    challenge = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    with pytest.raises(GuardsNotMet, match=says):
        take("submit", replace(challenge, snapshot=ground.put(challenge.snapshot, content)))


@pytest.mark.parametrize(
    ("kept", "refused"),
    [(("socialValue",), 0), (("economicValue",), 0), (("environmentalValue",), 0), ((), 1)],
)
def test_one_kind_of_well_being_is_enough(kept: tuple[str, ...], refused: int) -> None:
    """SI 2012/1313 Sch 1 para 5: social, economic or environmental."""
    said = CHALLENGED.model_dump(by_alias=True)
    left_out = {"socialValue", "economicValue", "environmentalValue"} - set(kept)
    content = ChallengeContent.model_validate({**said, **dict.fromkeys(left_out)})
    challenge = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    saying = replace(challenge, snapshot=ground.put(challenge.snapshot, content))
    assert ground.refused_for("submit", saying) == ["content-is-complete"] * refused


def test_outside_every_period_a_challenge_is_submitted_all_the_same() -> None:
    """Localism Act 2011 s.82(4): the authority may refuse to consider it, and need not."""
    challenge = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    outside = replace(challenge, snapshot=ground.with_rule(challenge.snapshot, "eoi-windows", ONLY_IN_MAY))
    submitted = take("submit", outside).after
    assert submitted.case.status is Status.EOI_SUBMITTED
    notice = ground.get_deadline(submitted, "decision-date-notice")
    assert notice.due_on == date(2026, 9, 30)  # the day of receipt, 1 September, is the first of thirty


@pytest.mark.parametrize(
    ("window", "open_on", "closed_on"),
    [
        ({"fromMonth": 9, "fromDay": 1, "toMonth": 10, "toDay": 31}, date(2026, 10, 31), date(2026, 11, 1)),
        ({"fromMonth": 11, "fromDay": 1, "toMonth": 1, "toDay": 31}, date(2027, 1, 31), date(2026, 10, 31)),
    ],
    ids=["within a year", "over the new year"],
)
def test_a_window_is_open_on_its_first_and_last_day_only(
    window: dict[str, int], open_on: date, closed_on: date
) -> None:
    first = date(2026, window["fromMonth"], window["fromDay"])
    assert is_within(first, window)
    assert is_within(open_on, window)
    assert not is_within(closed_on, window)
    assert not is_within(first - timedelta(days=1), window)


def test_one_employee_is_enough_for_the_policy_and_two_for_the_act() -> None:
    alone = with_facts(attempt(RIGHT_TO_PROVIDE, "submit"), applicant_count=1)
    assert take("submit", alone).after.case.status is Status.EOI_SUBMITTED
    challenge = with_facts(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit"), applicant_count=1)
    assert ground.refused_for("submit", challenge) == ["enough-employees"]
    assert take("submit", with_facts(challenge, applicant_count=2)).after.case.status is Status.EOI_SUBMITTED


def test_a_body_that_ends_tomorrow_still_exists_today() -> None:
    submitting = attempt(RIGHT_TO_PROVIDE, "submit")
    ending = replace(submitting, snapshot=ground.with_employer(submitting.snapshot, ended_on=TODAY + timedelta(days=1)))
    assert take("submit", ending).after.case.status is Status.EOI_SUBMITTED
    assert ground.refused_for("submit", replace(ending, now=NOW + timedelta(days=1))) == ["bodies-exist"]


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_challenge_that_is_incomplete_is_told_what_is_missing(missing: str) -> None:
    wanting = CHALLENGED.model_copy(update={missing: None})
    challenge = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    incomplete = replace(challenge, snapshot=ground.put(challenge.snapshot, wanting))
    alias = InterestContent.model_fields[missing].alias
    assert alias
    with pytest.raises(GuardsNotMet, match=f"missing: {alias}"):
        take("submit", incomplete)


def test_the_interest_is_described_anew_while_it_is_a_draft() -> None:
    described = take("describe-interest", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "describe-interest")).after
    changed = CHALLENGED.model_copy(update={"area": "The north of the county"})
    again = apply_action(COMMUNITY_RIGHT_TO_CHALLENGE, described, "describe-interest", changed, LEAD, NOW).after
    assert again.find(ChallengeContent) == changed


def test_the_policy_asks_for_no_statutory_content() -> None:
    bare = replace(attempt(RIGHT_TO_PROVIDE, "submit"), snapshot=ground.build_snapshot(Status.DRAFT))
    assert ground.refused_for("submit", bare) == []


@pytest.mark.parametrize(
    ("kind", "nation", "is_relevant"),
    [
        ("fire-authority", "England", True),
        ("fire-authority", "Wales", False),
        ("fire-commissioner", "England", False),
        ("combined-authority", "England", False),
        ("london-borough", "England", True),
        ("city-of-london", "England", False),
    ],
)
def test_who_must_consider_a_challenge(kind: str, nation: str, *, is_relevant: bool) -> None:
    """Localism Act 2011 s.81(2); SI 2012/1647 reg 3: each of these bodies in England."""
    attempt = ground.attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    case = ground.with_employer(attempt.snapshot, kind=kind, nation=nation)
    refused = ground.refused_for("submit", replace(attempt, snapshot=case))
    assert ("authority-is-relevant" in refused) is not is_relevant
