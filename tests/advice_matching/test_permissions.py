"""Generated callers ask every read of the service: none is shown a word that is not for them, by either wall alone.

The oracle says anew, from the rules, for whom each word is. It asks nothing of the code under test.
"""

import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import true, update

from rtp_advice_matching.app import service
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_embedded.platform import Platform
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.directory.profiles import describe_person
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, done, offer
from tests.advice_matching.requests import request_of
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

READS = "support:read advisers:read"
MORE = ("cases:oversee", "advisers:oversee", "support:match", "support:erase", "support:write")
DIRECTORY = ("/v1/advisers", "/v1/adviser-networks", "/v1/resources", "/v1/open-referral")
"""For everybody with their scopes, but for what is hidden: who stands in it is no secret."""


@dataclass(frozen=True)
class Caller:
    """A client, and the facts by which the oracle judges."""

    name: str
    api: Api
    scopes: frozenset[str]

    @property
    def oversees(self) -> bool:
        return "cases:oversee" in self.scopes

    @property
    def matches(self) -> bool:
        return self.name == "operator" and "support:match" in self.scopes


def for_names(*names: str, centrally: bool = False, matching: bool = False) -> Callable[[Caller], bool]:
    """Whom a word is for: callers by name; the central team; whoever matches for the operator of the round."""
    return lambda each: each.name in names or (centrally and each.oversees) or (matching and each.matches)


@dataclass(frozen=True)
class Population:
    """What there is to be read, by the parameters of paths; and the words, each with whom it is for."""

    places: dict[str, str]
    words: dict[str, tuple[str, Callable[[Caller], bool]]]
    organisations: dict[str, uuid.UUID]
    group: Api


@pytest.fixture
async def population(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> Population:
    """Two groups, three networks, an engagement of the first without consent, a round, its repair and an override."""
    advice = platform.background["advice-matching"]
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))
    best, second, barred = (
        await new_adviser(),
        await new_adviser(stages=[]),
        await new_adviser(conflicts=[employer_id()]),
    )
    group, another = await new_client(), await new_client()
    network = await new_client(organisation=best.network_id)
    operator = await new_client(scopes="support:match")
    request, others = await request_of(platform, group), await request_of(platform, another)
    words = {each: f"planted{uuid.uuid4().hex}" for each in ("draft", "reason", "notes", "goal", "comment")}

    async def post(api: Api, path: str, body: Json, **headers: str) -> Json:
        answer = await api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        made: Json = answer.json()
        return made

    need = await post(group, f"/v1/support-requests/{request['id']}/needs", {"kindSought": "mentor", "topic": "vat"})
    round_ = await post(operator, "/v1/matching-rounds", {})
    path = f"/v1/matching-rounds/{round_['id']}"
    await post(operator, f"{path}/actions/commit", {}, **{"If-Match": "*"})
    repair = await post(operator, f"{path}/repairs", {"advisersLeft": [str(best.id)]})
    against = {"requestId": request["id"], "adviserId": str(second.id), "reason": words["reason"]}
    override = await post(operator, f"{path}/overrides", against)
    await post(network, "/v1/adviser-networks", {"name": "Network", "description": "Of a test."})
    draft = await post(network, "/v1/advisers", describe_person(name=words["draft"]))
    engagement = await done(network, (await offer(group, request, best.id)).json(), "accept")
    await done(network, engagement, "record-first-contact", on=engagement["acceptedAt"][:10])
    at = f"{ENGAGEMENTS}/{engagement['id']}"
    erasure = await post(
        network, "/v1/support-erasures", {"scope": "engagement", "id": engagement["id"], "reason": "person-asked"}
    )
    held = {"heldOn": engagement["acceptedAt"][:10], "minutes": 60, "notes": words["notes"]}
    session_, goal = (
        await post(network, f"{at}/sessions", held),
        await post(group, f"{at}/goals", {"text": words["goal"]}),
    )
    await post(group, f"{at}/actions/complete", {}, **{"If-Match": "*"})
    await post(group, f"{at}/feedback", {"rating": 1, "comment": words["comment"]})
    sides, matching = for_names("group", "network"), for_names(matching=True)
    kept_by = lambda each: each.name == "network" or "advisers:oversee" in each.scopes  # noqa: E731

    def told_of(network: str) -> Callable[[Caller], bool]:
        return for_names("group", "employer", network, centrally=True, matching=True)

    of_case = for_names("group", "employer", centrally=True)
    return Population(
        places={
            "request_id": request["id"], "engagement_id": engagement["id"], "session_id": session_["id"],
            "goal_id": goal["id"], "adviser_id": draft["id"], "network_id": str(network.organisation),
            "round_id": round_["id"], "repair_id": repair["id"], "override_id": override["id"],
            "support_erasure_id": erasure["id"], "resource_id": str(uuid.uuid4()), "record_id": str(uuid.uuid4()),
            "need_id": need["id"],
        },
        words={
            "the case's number": (request["number"], of_case),
            "the number of another group's case": (others["number"], for_names("employer", centrally=True)),
            "the adviser who was chosen": (str(best.id), told_of("network")),
            "the rival who was not": (str(second.id), told_of("rival")),
            "who was kept out": (str(barred.id), for_names(matching=True)),
            "the engagement": (engagement["id"], for_names("group", "network", centrally=True)),
            "notes": (words["notes"], sides),
            "a goal": (words["goal"], sides),
            "feedback that is blind": (words["comment"], for_names("group")),
            "a round": (round_["id"], matching),
            "why a pair was set": (words["reason"], matching),
            "an erasure": (erasure["id"], for_names("network")),
            "a draft profile": (words["draft"], kept_by),
        },
        organisations={
            "employer": employer_id(), "network": network.organisation, "rival": second.network_id,
            "kept out": barred.network_id, "operator": operator.organisation,
            "beside the group": group.organisation, "another group": another.organisation, "stranger": uuid.uuid4(),
        },
        group=group,
    )  # fmt: skip


async def generate_callers(population: Population, new_client: NewClient) -> list[Caller]:
    """The group's client, and for each organisation clients with no more scopes, all, and some drawn ones."""
    drawn = random.Random(2026)  # noqa: S311 - for drawing callers, the same each time
    callers = [Caller("group", population.group, frozenset())]
    for name, organisation in population.organisations.items():
        for more in ([], MORE, drawn.sample(MORE, drawn.randint(1, 3))):
            api = await new_client(organisation=organisation, scopes=" ".join((READS, *more)))
            callers.append(Caller(name, api, frozenset(more)))
    return callers


def list_reads(places: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every read of the service, as its path is declared and as it is asked."""
    for router in service.routers:
        for route in router.routes:
            declared: Any = route
            if "GET" in declared.methods:
                try:
                    yield declared.path, declared.path.format(**places)
                except KeyError as missing:
                    pytest.fail(f"{declared.path}: say in `places` of the population which {missing} is asked for")


async def list_leaks(population: Population, callers: list[Caller]) -> tuple[set[str], dict[str, set[str]]]:
    """What is shown to whom it is not for; and by caller, what is shown at all."""
    leaks: set[str] = set()
    shown: dict[str, set[str]] = {}
    for caller in callers:
        for declared, path in list_reads(population.places):
            answer = await caller.api.get(path)
            assert answer.status_code in (200, 403, 404), (path, answer.text)
            told = answer.text if answer.is_success else answer.text.replace(path, "")  # a refusal repeats its path
            for about, (word, is_for) in population.words.items():
                public = declared.startswith(DIRECTORY) and about != "a draft profile"
                if public or word not in told:
                    continue
                shown.setdefault(caller.name, set()).add(about)
                if not is_for(caller):
                    leaks.add(f"{about}: to {caller.name} with {sorted(caller.scopes)} by {declared}")
    return leaks, shown


async def test_nobody_is_shown_what_is_not_for_them(population: Population, new_client: NewClient) -> None:
    callers = await generate_callers(population, new_client)
    leaks, shown = await list_leaks(population, callers)
    assert leaks == set()
    for name in ("group", "network", "rival", "employer", "operator", "stranger"):
        scoped = [each for each in callers if each.name == name]
        meant = {about for about, (_, is_for) in population.words.items() if any(map(is_for, scoped))}
        assert shown.get(name, set()) == meant, f"refusing everything is no way through: {name}"


async def test_row_level_security_holds_alone(
    population: Population, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each query forgets whom it asks for. What a column shows to some readers of its row is for the first wall."""
    forgetful = 0
    for name, module in list(sys.modules.items()):
        if name.startswith("rtp_advice_matching.") and hasattr(module, "visible_to"):
            monkeypatch.setattr(module, "visible_to", lambda *_: true())
            forgetful += 1
    assert forgetful >= len(service.routers) // 2
    callers = await generate_callers(population, new_client)
    by_row = {about: word for about, word in population.words.items() if "number" not in about}
    rows = Population(population.places, by_row, population.organisations, population.group)
    leaks, shown = await list_leaks(rows, callers)
    assert leaks == set()
    assert shown["group"] == {about for about, (_, is_for) in by_row.items() if is_for(callers[0])}
