"""What is asked of an award is asked of the day on which the contract was entered into, not of that of its entry."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.award import payloads
from rtp_applications.workflow.stages.contract.payloads import Regime
from tests.applications.workflow.ground import Ready, attempt, breaks, put, refused_for, take
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import AWARD, COMMISSIONING, CONSIDERED, TODAY, on, terms
from tests.applications.workflow.stages.decided_cases import at

RESERVED = contracts.determination(Regime.RESERVED)
LIBRARY = {"cpv": ["92511000-6"], "instrument": "contract", "comparableContractOn": "2023-09-12"}
UNDER_THE_FORMER_LAW = {"commencedOn": "2025-02-03"}


@pytest.mark.parametrize("more", [{}, UNDER_THE_FORMER_LAW], ids=["s.33(5)", "SI 2015/102 reg 77(3)(d)"])
@pytest.mark.parametrize(
    ("entered_on", "refused"),
    [(date(2026, 9, 10), True), (date(2026, 9, 11), True), (date(2026, 9, 12), False), (date(2026, 9, 14), False)],
)
def test_the_three_years_end_with_the_day_of_the_contract(
    entered_on: date, more: dict[str, Any], *, refused: bool
) -> None:
    """A comparable contract was entered into on 12 September 2023; the award is put on file on 14 September 2026."""
    facts = contracts.procurement(**LIBRARY, **more)
    live = on(Status.TENDER_LIVE, RESERVED, terms(36, 0), facts, CONSIDERED, contracts.TENDER, contracts.AWARD_NOTICE)
    entered = AWARD.model_copy(update={"entered_into_on": entered_on})
    awarding = Ready(live, COMMISSIONING, entered, now=at(date(2026, 9, 14)))
    assert refused_for("award", awarding) == (["regime-is-open"] if refused else [])
    if refused:
        with pytest.raises(GuardsNotMet) as refusal:
            take("award", awarding)
        assert "again from 2026-09-12 on" in refusal.value.errors[0].reason


def challenge(opened_on: date, closed_on: date | None = None) -> payloads.Challenge:
    said = {"reference": "HT-2026-1", "openedOn": opened_on, "closedOn": closed_on}
    return payloads.Challenge.model_validate(said)


@breaks("award", "no-challenge-on-the-day-of-the-contract")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, challenge(TODAY, TODAY + timedelta(days=1))))


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE], ids=lambda each: each.route)
@pytest.mark.parametrize(
    ("opened", "closed", "refused"),
    [
        (date(2026, 9, 2), date(2026, 9, 5), ["no-challenge-on-the-day-of-the-contract"]),  # live on the very day
        (date(2026, 9, 3), date(2026, 9, 4), ["no-challenge-on-the-day-of-the-contract"]),
        (date(2026, 9, 2), date(2026, 9, 3), []),  # it ended on that day
        (date(2026, 9, 4), date(2026, 9, 5), []),  # it was opened afterwards
        (date(2026, 9, 2), None, ["no-live-challenge", "no-challenge-on-the-day-of-the-contract"]),
        (date(2026, 9, 4), None, ["no-live-challenge"]),
    ],
)
def test_no_contract_is_entered_into_while_a_challenge_is_live(
    process: Process, opened: date, closed: date | None, refused: list[str]
) -> None:
    """Procurement Act 2023 s.101(1), (3): entered into on 3 September, put on file on 7 September."""
    taken = attempt(process, "award")
    entered = AWARD.model_copy(update={"entered_into_on": date(2026, 9, 3)})
    challenged = put(taken.snapshot, challenge(opened, closed))
    entering = replace(taken, snapshot=challenged, payload=entered, now=at(date(2026, 9, 7)))
    assert refused_for("award", entering) == refused


@pytest.mark.parametrize("version", [1, 2])
def test_cases_of_former_versions_are_asked_of_the_day_of_entry(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    taken = attempt(former, "award")
    since = put(taken.snapshot, challenge(TODAY, TODAY + timedelta(days=1)))
    assert refused_for("award", replace(taken, snapshot=since)) == []
