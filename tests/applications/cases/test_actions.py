"""One path serves an action on every route, and each route takes its own body there."""

from typing import Any

import pytest

from rtp_applications.cases.actions import fit_payload
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.cross_stage.payloads import InterestRemittal, Remittal
from rtp_applications.workflow.stages.spin_out.payloads import Sponsorship
from rtp_shared.problems import Invalid
from tests.conftest import NewClient
from tests.support.cases import open_case

SPONSORED = {"sponsor": "p-director", "authority": "Scheme of delegation 3.2"}


def remittal(to: str) -> Remittal:
    return Remittal.model_validate({"to": to, "reasons": "Not duly considered"})


def test_what_is_given_becomes_what_the_route_takes() -> None:
    taken = fit_payload(COMMUNITY_RIGHT_TO_CHALLENGE, "remit", remittal("eoi-under-review"))
    assert isinstance(taken, InterestRemittal)
    assert isinstance(fit_payload(RIGHT_TO_PROVIDE, "submit", Sponsorship()), Nothing)
    assert fit_payload(EMPLOYER_LED, "submit", given := Sponsorship.model_validate(SPONSORED)) is given


def test_a_challenge_is_not_sent_to_a_panel_that_it_never_has() -> None:
    with pytest.raises(Invalid) as refusal:
        fit_payload(COMMUNITY_RIGHT_TO_CHALLENGE, "remit", remittal("panel-ready"))
    assert [each.field for each in refusal.value.errors] == ["/to"]


def test_what_only_another_route_takes_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        fit_payload(RIGHT_TO_PROVIDE, "submit", Sponsorship.model_validate(SPONSORED))
    assert {each.field for each in refusal.value.errors} == {"/sponsor", "/authority"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("route", "given", "status"),
    [
        ("employer-led", SPONSORED, 200),
        ("employer-led", None, 422),
        ("right-to-provide", None, 200),
        ("right-to-provide", {}, 200),
        ("right-to-provide", SPONSORED, 422),
    ],
)
async def test_over_the_api(new_client: NewClient, route: str, given: dict[str, Any] | None, status: int) -> None:
    portal = await new_client()
    case = await open_case(portal, route=route)
    path, headers = f"/v1/cases/{case['id']}/actions/submit", {"If-Match": f'"{case["version"]}"'}
    content: dict[str, Any] = {} if given is None else {"json": given}
    answer = await portal.post(path, headers=headers, **content)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert {each["field"] for each in answer.json()["errors"]} == {"/sponsor", "/authority"}
