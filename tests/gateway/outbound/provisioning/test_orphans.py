"""The cleanup of queues without a subscription, in a real RabbitMQ."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from rtp_gateway.outbound.provisioning.orphans import remove_orphans
from rtp_gateway.outbound.transports.queues import QueueProvisioner
from rtp_shared.clock import utcnow
from tests.gateway.conftest import Owner
from tests.gateway.outbound.conftest import ProvisionDue
from tests.gateway.outbound.provisioning.test_worker import subscribe
from tests.support.amqp import provision

pytestmark = pytest.mark.anyio


async def test_a_queue_without_a_subscription_is_removed_once_it_is_old(
    owner: Owner, offered: QueueProvisioner, provision_queues: ProvisionDue
) -> None:
    later = utcnow() + timedelta(hours=2)
    kept, ended = [uuid.UUID((await subscribe(owner.api))["id"]) for _ in range(2)]
    await provision_queues()
    await owner.api.delete(f"/v1/subscriptions/{ended}", headers={"If-Match": "*"})
    async with owner.platform.background["gateway"].database.transaction() as session:
        orphan: uuid.UUID = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
        await provision(offered, orphan)
        assert await remove_orphans(session, offered, now=utcnow()) == set()  # it may just have been made
        assert await remove_orphans(session, offered, now=later) == {orphan}
    assert await offered.list_provisioned() == {kept, ended}, "of one that ended, the worker removes it"
    await provision_queues()
    assert await offered.list_provisioned() == {kept}
