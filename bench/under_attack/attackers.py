"""The attackers, in a process of their own: `python -m bench.under_attack.attackers`.

Reads from standard input, as JSON, the victim, the seconds and the names of the attacks; ends by itself after that
time, and prints what became of each attack's calls.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence

from bench.under_attack.attacks import ATTACKS, Attack, Victim
from bench.under_attack.exchanges import Exchange

Outcomes = dict[str, dict[str, int]]
"""By attack: how many calls had which outcome."""


async def run_attacks(victim: Victim, seconds: float, attacks: Sequence[Attack]) -> Outcomes:
    """Run these attacks at once for so long."""
    running = [_RunningAttack(attack, victim) for attack in attacks]
    tasks = [asyncio.create_task(each.run()) for each in running]
    _, under_way = await asyncio.wait(tasks, timeout=seconds)
    for task in under_way:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for each in ended:
        if isinstance(each, Exception):
            raise each
    return {each.attack.name: dict(each.outcomes.most_common()) for each in running}


class _RunningAttack:
    """One attack under way."""

    def __init__(self, attack: Attack, victim: Victim) -> None:
        self.attack = attack
        self._victim = victim
        self._next_at = time.monotonic()
        self.outcomes: Counter[str] = Counter()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self.attack.connections):
                group.create_task(self._call_on_and_on())

    async def _call_on_and_on(self) -> None:
        while True:
            self._next_at = max(self._next_at + 1 / self.attack.per_second, time.monotonic())
            await asyncio.sleep(self._next_at - time.monotonic())
            exchange = Exchange(self.attack.build_call(self.attack, self._victim))
            try:
                await exchange.run(self._victim.port, self.attack.address)
            finally:
                self.outcomes[exchange.outcome] += 1


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    given = json.load(sys.stdin)
    attacks = [each for each in ATTACKS if each.name in given["attacks"]]
    outcomes = asyncio.run(run_attacks(Victim(**given["victim"]), given["seconds"], attacks))
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
