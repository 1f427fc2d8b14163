"""An end before its beginning is refused where it is given, and read where it was stored before that was so."""

from typing import Any

import pytest
from pydantic import ValidationError

from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.award.payloads import Challenge
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from rtp_applications.workflow.stages.transition.payloads import TupeConsultation
from rtp_shared.schemas import STORED

CONSULTATION = {"consultedWith": "recognised-union", "employerHeadcount": 90, "transferring": 40}
PERIODS = [
    (TupeConsultation, {**CONSULTATION, "begunOn": "2026-03-02"}, "endedOn", "begunOn"),
    (Challenge, {"reference": "CO/1/2026", "openedOn": "2026-03-02"}, "closedOn", "openedOn"),
    (KeyDecisionAnnouncement, {"where": "Forward plan", "publishedOn": "2026-03-02"}, "decisionBy", "publishedOn"),
]


@pytest.mark.parametrize(("form", "given", "last", "first"), PERIODS)
def test_an_end_is_not_before_its_beginning(form: type[Payload], given: dict[str, Any], last: str, first: str) -> None:
    form.model_validate({**given, last: "2026-03-02"})
    with pytest.raises(ValidationError) as refused:
        form.model_validate({**given, last: "2026-03-01"})
    [error] = refused.value.errors()
    assert (error["loc"], f"is before {first}" in error["msg"]) == ((last,), True)
    form.model_validate({**given, last: "2026-03-01"}, context=STORED)
