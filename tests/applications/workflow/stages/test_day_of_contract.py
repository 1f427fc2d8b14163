"""What is asked of an award is asked of the day on which the contract was entered into, not of that of its entry."""

from datetime import date
from typing import Any

import pytest

from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.stages.contract.payloads import Regime
from tests.applications.workflow.ground import Ready, refused_for, take
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import AWARD, COMMISSIONING, CONSIDERED, on, terms
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
