"""Words that people write on both sides of an engagement, and a search for them in all that any service keeps."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from rtp_advice_matching.engagements.models import Engagement
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, Pair, new_pair, pair
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

__all__ = ["new_pair", "pair"]

ERASURES = "/v1/support-erasures"
TODAY = str(utcnow().date())
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"


def plant() -> str:
    """A word that stands nowhere else."""
    return f"planted{uuid.uuid4().hex}"


@dataclass(frozen=True)
class Told:
    """An engagement that has ended, and the words that each side wrote; goals are of both."""

    pair: Pair
    engagement: Json
    group: list[str] = field(default_factory=list)
    network: list[str] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    writes: list[tuple[Api, str, str, Json, Json]] = field(default_factory=list)
    """Each write as it was sent, to be repeated: client, method, path, body, headers."""

    async def write(self, api: Api, method: str, path: str, body: Json, **headers: str) -> Json:
        sent = {**headers, "Idempotency-Key": f'"{uuid.uuid4()}"'}
        answer = await api.request(method, f"{ENGAGEMENTS}/{self.engagement['id']}{path}", json=body, headers=sent)
        assert answer.is_success, answer.text
        self.writes.append((api, method, path, body, sent))
        told: Json = answer.json()
        return told

    async def say(self, words: list[str], api: Api, path: str, name: str, **body: Any) -> Json:
        words.append(plant())
        return await self.write(api, "POST", path, {**body, name: f'It was {words[-1]} "said" so'})

    async def say_again(self, words: list[str], api: Api, path: str, name: str, earlier: Json) -> None:
        words.append(plant())
        at = {"If-Match": f'"{earlier["version"]}"'}
        await self.write(api, "PATCH", f"{path}/{earlier['id']}", {name: f"Now {words[-1]}"}, **at)


@pytest.fixture
async def told(pair: Pair) -> Told:
    """Notes, goals, feedback and a follow-up, each with a planted word; some of them written anew."""
    told = Told(pair, await pair.activate())
    group, network = pair.group, pair.network
    for words, api in ((told.group, group), (told.network, network)):
        held = await told.say(words, api, "/sessions", "notes", heldOn=TODAY, minutes=60)
        await told.say_again(words, api, "/sessions", "notes", held)
    goal = await told.say(told.goals, group, "/goals", "text")
    await told.say_again(told.goals, network, "/goals", "text", goal)
    await told.write(group, "POST", "/actions/complete", {}, **{"If-Match": "*"})
    await told.say(told.group, group, "/feedback", "comment", rating=2)
    await told.say(told.network, network, "/feedback", "comment", rating=4)
    async with open_as(pair.advice, "owner") as session:
        mine = Engagement.id == uuid.UUID(told.engagement["id"])
        await session.execute(update(Engagement).where(mine).values(ended_at=utcnow() - timedelta(days=31)))
    await told.say(told.group, group, "/follow-ups/30/actions/answer", "note", progress="as-hoped")
    return told


async def find_kept(platform: Platform, *words: str) -> dict[str, list[str]]:
    """Which of the words stand in which tables of any service, in whatever column: as text, JSON or bytes."""
    found: dict[str, list[str]] = {}
    for name, runtime in platform.runtimes.items():
        async with open_as(runtime, "owner") as session:
            for table in (await session.scalars(text(_TABLES))).all():
                rows = (await session.scalars(text(f'SELECT t::text FROM "{table}" AS t'))).all()  # noqa: S608 - of the catalogue
                everything = "\n".join(rows)
                for word in words:
                    if word in everything or word.encode().hex() in everything:
                        found.setdefault(word, []).append(f"{name}.{table}")
    return found


async def erase(api: Api, scope: str, id_: Any, *, dry_run: bool = False, **more: Any) -> httpx.Response:
    headers = {"If-Match": more.pop("at")} if "at" in more else {}
    body = {"scope": scope, "id": str(id_), "reason": "person-asked", **more}
    return await api.post(ERASURES, params={"dryRun": "true"} if dry_run else {}, json=body, headers=headers)


async def erased(api: Api, scope: str, id_: Any, **more: Any) -> Json:
    answer = await erase(api, scope, id_, **more)
    assert answer.status_code == 201, answer.text
    record: Json = answer.json()
    assert (await api.get(answer.headers["location"])).json() == record
    return record


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(scopes="support:read support:write support:erase support:match")
