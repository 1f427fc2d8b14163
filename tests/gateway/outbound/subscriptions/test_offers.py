"""An event is offered, when it is recorded, to the subscriptions that want it and may see it."""

import uuid
from typing import Any

import pytest

from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from tests.gateway.conftest import Owner

pytestmark = pytest.mark.anyio

WEST = uuid.UUID(int=7)
PLACE = About(route="right-to-provide", sector="adult-social-care", region="E12000009", employer=WEST)


@pytest.mark.parametrize(
    ("details", "wanted"),
    [
        ({"filters": [{"exact": {"region": "E12000009"}}]}, True),
        ({"filters": [{"exact": {"region": "E12000001"}}]}, False),
        ({"filters": [{"exact": {"employer": str(WEST)}}]}, True),
        ({"filters": [{"exact": {"data.route": "right-to-provide"}}]}, True),
        ({"types": [CaseOpened.TYPE, CaseSubmitted.TYPE]}, True),
        ({"types": [CaseSubmitted.TYPE]}, False),
        ({"source": "http://rtp.test/applications"}, True),
        ({"source": "http://rtp.test/finance-directory"}, False),
        ({"types": [CaseOpened.TYPE], "filters": [{"exact": {"region": "E12000001"}}]}, False),
        ({"source": "http://rtp.test/gateway", "filters": [{"exact": {"region": "E12000009"}}]}, False),
    ],
)
async def test_only_events_that_are_wanted_are_offered(owner: Owner, details: dict[str, Any], wanted: bool) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(**details)
    await owner.publish(case_id, 1, about=PLACE)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == ([1] if wanted else [])
    assert len(await owner.deliveries(subscription)) == int(wanted)


async def test_what_is_wanted_is_decided_when_an_event_is_recorded(owner: Owner) -> None:
    before, after = uuid.uuid4(), uuid.uuid4()
    subscription = await owner.subscribe(filters=[{"exact": {"region": "E12000009"}}])
    await owner.publish(before, 1, about=PLACE)
    await owner.change(subscription, filters=[{"exact": {"region": "E12000001"}}])
    await owner.publish(after, 1, about=PLACE)
    await owner.new_worker().drain()
    assert (owner.receiver.sequences(before), owner.receiver.sequences(after)) == ([1], [])


async def test_a_later_event_that_is_filtered_out_holds_nothing_up(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.subscribe(filters=[{"not": {"exact": {"sequence": f"{2:010d}"}}}])
    await owner.publish(case_id, 1, 2, 3)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 3]


async def test_only_what_the_client_may_see_is_offered(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.subscribe()
    await owner.publish(case_id, 1, readers=["client:somebody-else", "system"])
    await owner.publish(case_id, 2, readers=[f"org:{owner.api.organisation}", "system"])
    await owner.publish(case_id, 3, readers=["system"])
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [2]
