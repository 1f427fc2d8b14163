"""A process of the platform that is killed at an exact point: `python -m tests.system.crashing POINT MODULE PROCESS`.

The product's own classes do the work; what stands around them here only pulls the plug.
"""

import os
import runpy
import signal
import sys
from collections.abc import Sequence
from unittest.mock import patch

from rtp_shared.bus import Message, Outcome
from rtp_shared.consumer import Consumer
from rtp_shared.rabbit import RabbitBus


def _pull_the_plug() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class BetweenPublishAndMark(RabbitBus):
    async def publish(self, messages: Sequence[Message]) -> Outcome:
        outcome = await super().publish(messages)
        if outcome.safe:
            _pull_the_plug()
        return outcome


class BetweenCommitAndAck(Consumer):
    async def receive(self, message: Message) -> None:
        await super().receive(message)
        _pull_the_plug()


POINTS: dict[str, tuple[str, type]] = {
    "between-publish-and-mark": ("rtp_shared.run.RabbitBus", BetweenPublishAndMark),
    "between-commit-and-ack": ("rtp_shared.run.Consumer", BetweenCommitAndAck),
}

if __name__ == "__main__":
    point, *sys.argv = sys.argv[1:]
    with patch(*POINTS[point]):
        runpy.run_module(sys.argv[0], run_name="__main__")
