"""Guides, toolkits and templates: found by everybody, by stage, topic and route, and shown with support requests."""

from datetime import date
from typing import Any

import httpx
import pytest

from rtp_advice_matching.load import load_reference_data, make_resource_id
from rtp_advice_matching.resources.queries import BESIDE
from rtp_advice_matching.resources.rules import STAGE_OF
from rtp_applications.workflow.enums import Status
from rtp_embedded.platform import Platform
from rtp_shared.contracts.vocabulary import Stage, SupportTopic
from rtp_shared.service import Runtime
from tests.advice_matching.requests import request_of
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.support.pages import read_pages
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
RESOURCES = "/v1/resources"


@pytest.fixture
async def anybody(platform: Platform) -> Any:
    async with Api(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL) as api:
        yield api


async def find(api: Api, **asked: Any) -> set[str]:
    return {each["title"] for each in await read_pages(api, RESOURCES, limit=7, **asked)}


async def test_each_says_where_it_is_from_and_when_it_was_checked(anybody: Api) -> None:
    for each in await read_pages(anybody, RESOURCES):
        assert each["source"]
        assert each["certainty"] in ("found", "believed")
        assert date.fromisoformat(each["checkedOn"]) <= date(2026, 11, 30)
    one = (await anybody.get(f"{RESOURCES}/{make_resource_id('right-to-run-2011')}")).json()
    assert (one["title"], one["published"], one["url"]) == ("The Right to Run", "2011-04", None)
    assert one["licence"].startswith("May be copied for internal use")
    assert (await anybody.get(f"{RESOURCES}/{make_resource_id('nothing')}")).status_code == 404


async def test_every_stage_has_something_on_offer(anybody: Api) -> None:
    for stage in Stage:
        assert len(await find(anybody, stage=stage)) >= 3, stage


async def test_filters_find_what_is_for_it_or_for_any(anybody: Api) -> None:
    challenge = "Community Right to Challenge: statutory guidance"
    assert challenge in await find(anybody, route="community-right-to-challenge", stage="explore")
    assert challenge not in await find(anybody, route="right-to-provide")
    libraries = "Libraries: alternative delivery models toolkit"
    assert libraries in await find(anybody, sector="libraries-and-archives")
    assert libraries not in await find(anybody, sector="fire-and-rescue")
    assert await find(anybody, topic="tupe") == {"Libraries toolkit, stage 8: transition"}
    assert await find(anybody, kind="directory") == {"Good Finance"}
    assert await find(anybody, q="appraisal SCORING") == {"Libraries toolkit, template 9: options appraisal scoring"}


async def test_a_status_of_a_case_says_the_stage(anybody: Api) -> None:
    assert STAGE_OF.keys() == {status.value for status in Status}
    assert await find(anybody, caseStatus="transition") == await find(anybody, stage="implement")
    for query, field in (("caseStatus=launched&stage=plan", "caseStatus"), ("caseStatus=none", "caseStatus"),
                         ("caseStage=plan", "caseStage"), ("stage=party", "stage")):  # fmt: skip
        answer = await anybody.get(f"{RESOURCES}?{query}")
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_support_request_shows_what_is_on_offer_without_being_asked(
    platform: Platform, new_client: NewClient, anybody: Api
) -> None:
    request = await request_of(platform, await new_client())
    offers = request["resources"]
    assert 3 <= len(offers) <= BESIDE
    assert {each["title"] for each in offers} <= await find(anybody, stage=request["stage"], route=request["route"])
    wanted = await find(anybody, stage=request["stage"], topic="legal") | await find(
        anybody, stage=request["stage"], topic="financial"
    )
    assert offers[0]["title"] in wanted, "what is about the topics asked for comes first"


async def test_loading_again_changes_nothing(advice: Runtime, anybody: Api) -> None:
    before = await read_pages(anybody, RESOURCES)
    async with open_as(advice, "operator") as session:
        assert await load_reference_data(session) == f"{len(before)} guides, toolkits and templates"
    assert await read_pages(anybody, RESOURCES) == before


async def test_every_topic_has_something_about_it(anybody: Api) -> None:
    about_any = {each["id"] for each in await read_pages(anybody, RESOURCES) if not each["topics"]}
    for topic in SupportTopic:
        found = {each["id"] for each in await read_pages(anybody, RESOURCES, topic=topic)}
        assert found - about_any, topic


async def test_the_libraries_toolkit_has_its_stage_of_the_business_plan(anybody: Api) -> None:
    assert "Libraries toolkit, stage 7: business plan" in await find(anybody, stage="plan", topic="financial")


async def test_what_was_not_checked_for_long_is_found(anybody: Api) -> None:
    everything = await find(anybody)
    assert await find(anybody, staleSince="2026-11-30") == set()
    assert await find(anybody, staleSince="2026-12-01") == everything
    answer = await anybody.get(RESOURCES, params={"staleSince": "lately"})
    assert [each["field"] for each in answer.json()["errors"]] == ["staleSince"]
