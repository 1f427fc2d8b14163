"""What was written of the support of a destroyed case goes with it, by either side, and hours stay."""

from uuid import UUID

import pytest

from rtp_advice_matching.erasures.commands import erase_of_case
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from tests.advice_matching.erasures.conftest import ERASURES, Told, find_kept
from tests.advice_matching.sessions.test_sessions import read_entitlement

pytestmark = pytest.mark.anyio


async def hear(platform: Platform, case_id: str) -> None:
    """Do what the worker does as it hears that the case was destroyed, with the worker's rights."""
    async with platform.background["advice-matching"].database.transaction() as session:
        await erase_of_case(session, UUID(case_id), now=utcnow())


async def test_both_sides_words_go_and_hours_stay(platform: Platform, told: Told) -> None:
    words = [*told.group, *told.network, *told.goals]
    assert (await find_kept(platform, *words)).keys() == set(words), "the search finds them"
    hours = await read_entitlement(told.pair.group, told.pair)
    await hear(platform, told.pair.request["caseId"])
    assert await find_kept(platform, *words) == {}
    assert await read_entitlement(told.pair.group, told.pair) == hours
    for write in told.writes:
        api, method, path, body, headers = write
        again = await api.request(method, f"/v1/engagements/{told.engagement['id']}{path}", json=body, headers=headers)
        assert not [word for word in words if word in again.text], "a repetition brings nothing back"


async def test_a_second_time_erases_and_records_nothing(platform: Platform, told: Told) -> None:
    await hear(platform, told.pair.request["caseId"])
    shown = (await told.pair.group.get(f"{ERASURES}")).json()
    await hear(platform, told.pair.request["caseId"])
    assert (await told.pair.group.get(f"{ERASURES}")).json() == shown
    await hear(platform, "00000000-0000-4000-8000-000000000000")
