"""Advisers: the directory, and the examples it starts with."""

import itertools
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.load import load_examples, make_adviser_id, make_network_id
from rtp_advice_matching.matching import MatchingRules, Need, rank
from rtp_applications.bodies.models import body_id
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.conftest import NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

REGIONS = [f"E1200000{n}" for n in range(1, 10)]


async def found(api: httpx.AsyncClient, **parameters: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/advisers", params={"limit": 200, **parameters})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def names(api: httpx.AsyncClient, **parameters: Any) -> set[str]:
    return {each["name"].rpartition(" ")[2] for each in await found(api, **parameters) if each["isExample"]}


async def test_the_examples_say_that_they_are(new_client: NewClient) -> None:
    api = await new_client(scopes="advisers:read")
    answer = await api.get(f"/v1/advisers/{make_adviser_id('hazel')}")
    assert answer.json() == {
        "id": str(make_adviser_id("hazel")),
        "name": "Example mentor Hazel",
        "kind": "mentor",
        "about": "Led a library service out of a council.",
        "status": "published",
        "version": 1,
        "networkId": str(make_network_id("example-mentor-network")),
        "networkName": "Example Mentor Network",
        "isExample": True,
        "active": True,
        "sectors": ["libraries-and-archives", "museums-and-arts"],
        "inPerson": True,
        "regions": ["E12000006", "E12000004"],
        "remote": True,
        "topics": ["governance", "marketing", "business-planning"],
        "stages": ["explore", "make-the-case", "plan", "implement"],
        "legalForms": ["community-benefit-society", "charity"],
        "headcountFrom": None,
        "headcountTo": 300,
        "languages": ["en"],
        "accessNeeds": ["captions"],
        "capacity": 3,
        "freePlaces": 3,
        "hoursPerMonth": 6,
        "calendar": [],
        "chargeBasis": "free",
        "dayRate": None,
        "verifiedOn": "2026-11-30",
        "conflicts": None,
        "suspendedFor": None,
    }


async def test_filters(new_client: NewClient) -> None:
    api = await new_client(scopes="advisers:read")
    assert await names(api, sector="fire-and-rescue") == {"Maple", "Alder", "Ash", "Oak"}
    assert await names(api, sector="leisure-and-sport", topic="marketing") == {"Holly"}
    assert "Holly" not in await names(api, region="E12000007")
    assert await names(api, kind="ambassador") == {"Oak", "Rowan"}
    assert await names(api, kind="mentor", region="E12000009", sector="community-health") == {"Elder", "Elm"}


async def test_has_capacity(new_client: NewClient, new_adviser: NewAdviser) -> None:
    api = await new_client(scopes="advisers:read")
    full = await new_adviser(capacity=2, engaged=2)
    free = await new_adviser(capacity=2, engaged=1)
    over = await new_adviser(capacity=1, engaged=2)
    with_place = {each["id"] for each in await found(api, hasCapacity="true")}
    without = {each["id"]: each["freePlaces"] for each in await found(api, hasCapacity="false")}
    assert str(free.id) in with_place
    assert without.items() >= {str(full.id): 0, str(over.id): 0}.items()
    assert with_place.isdisjoint(without)


async def test_pages_hold_everybody_once(new_client: NewClient, new_adviser: NewAdviser) -> None:
    api = await new_client(scopes="advisers:read")
    for _ in range(3):
        await new_adviser(name="Test adviser of the same name")
    everybody = [each["id"] for each in await found(api)]
    paged: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/advisers", params={"limit": 2, **after})).json()
        paged += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == everybody
    assert len(set(paged)) == len(paged)


async def test_who_left_is_not_listed(new_client: NewClient, new_adviser: NewAdviser) -> None:
    api = await new_client(scopes="advisers:read")
    gone = await new_adviser(active=False)
    assert str(gone.id) not in {each["id"] for each in await found(api)}
    assert (await api.get(f"/v1/advisers/{gone.id}")).json()["active"] is False


@pytest.mark.parametrize(
    "query",
    [
        "sector=fire",
        "kind=friend",
        "topic=%00",
        "region=E1%00",
        "hasCapacity=perhaps",
        "after=%00",
        "after=bm90IGpzb24",
        "after=WyJhIl0",  # ["a"]
        "after=WyJhXHUwMDAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",  # ["a\u0000", a UUID]
        "limit=0",
        "limit=201",
    ],
)
async def test_bad_questions(new_client: NewClient, query: str) -> None:
    api = await new_client(scopes="advisers:read")
    answer = await api.get(f"/v1/advisers?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_who_may(new_client: NewClient) -> None:
    api = await new_client(scopes="support:read cases:read")
    for path in ("/v1/advisers", f"/v1/advisers/{make_adviser_id('oak')}"):
        assert (await api.get(path)).status_code == 403
        assert (await api.get(path, headers={"Authorization": ""})).status_code == 401
    api = await new_client(scopes="advisers:read")
    assert (await api.get(f"/v1/advisers/{uuid.uuid4()}")).status_code == 404


async def test_loading_again_leaves_taken_places_taken(advice: Runtime) -> None:
    oak = select(Adviser.capacity, Adviser.engaged).where(Adviser.id == make_adviser_id("oak"))
    async with open_as(advice, "operator") as session:
        await session.execute(update(Adviser).where(Adviser.id == make_adviser_id("oak")).values(capacity=9, engaged=2))
    try:
        async with open_as(advice, "operator") as session:
            assert await load_examples(session) == "15 example advisers and mentors of 2 networks"
            assert (await session.execute(oak)).one() == (5, 2)
    finally:
        async with open_as(advice, "operator") as session:
            await session.execute(update(Adviser).where(Adviser.id == make_adviser_id("oak")).values(engaged=0))


async def test_the_examples_leave_no_staff_group_alone(advice: Runtime) -> None:
    """Whatever its sector and region, a case tried out in the sandbox gets proposals."""
    async with advice.database.transaction(read_only=True) as session:
        everybody = [
            each
            for each in await list_candidates(session, MatchingRules(), now=advice.clock())
            if each.network_id in map(make_network_id, NETWORKS)
        ]
    for sector, region in itertools.product(Sector, REGIONS):
        need = Need(
            case_id=uuid.uuid4(), bodies=frozenset(), sector=sector, region=region, stage="make-the-case", topics=()
        )
        assert rank(need, everybody).proposed, (sector, region)


NETWORKS = ("example-adviser-network", "example-mentor-network")


async def test_conflicts_of_the_examples_name_bodies_as_applications_does(advice: Runtime) -> None:
    async with advice.database.transaction(read_only=True) as session:
        birch = await session.get_one(Adviser, make_adviser_id("birch"))
        elm = await session.get_one(Adviser, make_adviser_id("elm"))
    assert birch.conflicts == [body_id("GB-LAE-CMD")]
    assert elm.conflicts == [body_id("GB-NHS-RRV")]
