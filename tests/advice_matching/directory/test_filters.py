"""Every facet that a profile shows can be asked for, and an unknown filter is refused by its name."""

import dataclasses
import uuid
from typing import Any

import pytest

from rtp_advice_matching.directory.conditions import CONDITIONS
from rtp_advice_matching.directory.filters import AdviserFilters
from rtp_advice_matching.directory.schemas import AdviserView
from tests.advice_matching.directory.profiles import ADVISERS, add_person, record_network
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio

NO_FACETS = {"id", "version", "suspended_for", "conflicts", "status"}
"""`status` is a parameter of its own: what it finds depends on who asks."""
FOUND_BY = {
    "name": "q", "about": "q", "network_name": "q", "sectors": "sector", "regions": "region", "topics": "topic",
    "stages": "stage", "legal_forms": "legal_form", "headcount_from": "headcount", "headcount_to": "headcount",
    "languages": "language", "access_needs": "access_need", "capacity": "capacity_at_least",
    "free_places": "has_capacity", "hours_per_month": "hours_at_least", "calendar": "available_on",
    "day_rate": "day_rate_at_most", "verified_on": "stale_since",
}  # fmt: skip


def test_every_facet_has_its_filter() -> None:
    filters = {each.name for each in dataclasses.fields(AdviserFilters)}
    assert {FOUND_BY.get(name, name) for name in AdviserView.model_fields.keys() - NO_FACETS} == filters
    assert CONDITIONS.keys() == filters


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ({"q": "LIBRARY led"}, {"q": "led orchestra"}),
        ({"q": "100%"}, {"q": "100_"}),
        ({"kind": "mentor"}, {"kind": "adviser"}),
        ({"isExample": "false"}, {"isExample": "true"}),
        ({"active": "true"}, {"active": "false"}),
        ({"sector": "libraries-and-archives"}, {"sector": "fire-and-rescue"}),
        ({"region": "E12000007"}, {"region": "E12000001"}),
        ({"inPerson": "true"}, {"inPerson": "false"}),
        ({"remote": "false"}, {"remote": "true"}),
        ({"topic": "tupe"}, {"topic": "legal"}),
        ({"stage": "plan"}, {"stage": "explore"}),
        ({"legalForm": "charity"}, {"legalForm": "limited-liability-partnership"}),
        ({"headcount": 20}, {"headcount": 19}),
        ({"headcount": 300}, {"headcount": 301}),
        ({"language": "CY"}, {"language": "fr"}),
        ({"language": "zh"}, {"language": "zh-hans"}),
        ({"accessNeed": ["captions", "easy-read"]}, {"accessNeed": ["captions", "relay-calls"]}),
        ({"capacityAtLeast": 2}, {"capacityAtLeast": 3}),
        ({"hasCapacity": "true"}, {"hasCapacity": "false"}),
        ({"hoursAtLeast": 6}, {"hoursAtLeast": 7}),
        ({"availableOn": "2026-12-31"}, {"availableOn": "2027-01-31"}),
        ({"availableOn": "2027-02-01"}, {"availableOn": "2027-01-01"}),
        ({"chargeBasis": "buyer-paid-day"}, {"chargeBasis": "free"}),
        ({"dayRateAtMost": 40000}, {"dayRateAtMost": 39999}),
        ({"staleSince": "2099-01-01"}, {"staleSince": "2020-01-01"}),
    ],
)
async def test_a_filter_finds_and_leaves_out(
    new_client: NewClient, asked: dict[str, Any], other: dict[str, Any]
) -> None:
    api = await record_network(new_client)
    facts: dict[str, Any] = {
        "about": "Led a library service, 100% of it.",
        "languages": ["cy-GB", "zh-Hant"],
        "remote": False,
    }
    path = await add_person(api, **facts)
    for parameters, found in ((asked, [path.rpartition("/")[2]]), (other, [])):
        answer = await api.get(ADVISERS, params={"networkId": str(api.organisation), **parameters})
        assert answer.status_code == 200, answer.text
        assert [each["id"] for each in answer.json()["items"]] == found, parameters


async def test_an_unknown_filter_is_refused_by_its_name(new_client: NewClient) -> None:
    api = await new_client(scopes="advisers:read")
    answer = await api.get(ADVISERS, params={"specialty": "tupe", "networkId": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["specialty"]
