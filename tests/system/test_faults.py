"""Processes are killed at the worst moment and RabbitMQ goes away: nothing is lost, nothing happens twice."""

import signal
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rtp_gateway.app import service as gateway
from tests.support.rabbitmq import Broker
from tests.support.waiting import wait_until
from tests.system.council import Council
from tests.system.evidence import check_all, recorded, unpublished, wait_until_all_is_done
from tests.system.fleet import BY_NAME, Fleet


@pytest.fixture
def council(fleet: Fleet, sandbox_secrets: dict[str, str]) -> Iterator[Council]:
    council = Council(fleet.host.public_url, sandbox_secrets["council-intake"])
    yield council
    council.close()


def test_a_relay_killed_between_publish_and_mark(fleet: Fleet, broker: Broker, council: Council) -> None:
    fleet.stop("applications-worker")
    for _ in range(10):
        council.submit()
    seen_before = fleet.seen_before("gateway-delivery")
    fleet.start_doomed("applications-worker", "between-publish-and-mark")
    assert fleet.wait_for_end("applications-worker") == -signal.SIGKILL
    # The first event of every case was published and is handled; no row was marked.
    wait_until(lambda: len(recorded(fleet, council.cases)) == 10, "handling what was published")
    assert unpublished(fleet) == 20

    fleet.start("applications-worker")
    wait_until_all_is_done(fleet, council.cases)
    check_all(fleet, broker, council.cases)
    assert fleet.seen_before("gateway-delivery") == seen_before + 10  # all ten came a second time


@pytest.mark.parametrize("name", ["advice-matching-worker", "finance-directory-worker", "gateway-delivery"])
def test_a_consumer_killed_between_commit_and_ack(name: str, fleet: Fleet, broker: Broker, council: Council) -> None:
    service, inbox = BY_NAME[name].service, "SELECT FROM inbox"
    fleet.stop(name)
    for _ in range(10):
        council.submit()
    others = 10 if service is not gateway else 40  # what waits in its queue
    wait_until(lambda: broker.depth(service.name) == others, "publishing")
    handled = len(fleet.query(service, inbox))
    fleet.start_doomed(name, "between-commit-and-ack")
    assert fleet.wait_for_end(name) == -signal.SIGKILL
    # Something was committed, and the broker has got no acknowledgement at all.
    committed = len(fleet.query(service, inbox)) - handled
    assert committed >= 1
    wait_until(lambda: broker.depth(service.name) == others, "returning to the queue")

    fleet.start(name)
    wait_until_all_is_done(fleet, council.cases)
    check_all(fleet, broker, council.cases)
    assert fleet.seen_before(name) == committed


def test_ten_seconds_without_rabbitmq_in_the_middle_of_200_submissions(
    fleet: Fleet, broker: Broker, council: Council
) -> None:
    broker.remember_queues()
    with ThreadPoolExecutor(1) as aside:
        before = [council.submit() for _ in range(50)]
        killed = aside.submit(broker.kill)
        stopped_at = time.monotonic()
        during = []
        for number in range(100):
            while time.monotonic() < stopped_at + number / 10:
                council.look()
            during.append(council.submit())
        killed.result()
        assert time.monotonic() - stopped_at >= 9.9
        assert unpublished(fleet) >= 190  # of the cases submitted meanwhile: two events each, and none went out
        started = aside.submit(broker.start)
        during += [council.submit() for _ in range(50)]
        started.result()

    assert len(council.cases) == 200
    wait_until_all_is_done(fleet, council.cases)
    check_all(fleet, broker, council.cases)
    # Requests did not notice; the margin is for a busy machine.
    assert statistics.median(during) < 2 * statistics.median(before) + 0.02
    assert max(during) < max(before) + 1
