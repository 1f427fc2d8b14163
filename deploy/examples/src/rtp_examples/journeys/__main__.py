"""Run a journey on a platform of its own, where days pass in no time: `python -m rtp_examples.journeys NAME`."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from types import ModuleType

from rtp_examples.journeys import (
    abandoned,
    advice,
    combined,
    committee,
    employer_led,
    finance,
    fire,
    lapsed,
    late_letter,
    launched,
    remitted,
    tender_lost,
    urgent,
)
from rtp_examples.journeys.scenario import FinishedCase, Scenario, get_event_name
from rtp_examples.journeys.temporary_platform import TemporaryPlatform, start_temporary_platform
from rtp_shared.pipes import run_command

JOURNEYS: dict[str, ModuleType] = {
    "launched": launched,
    "remitted": remitted,
    "tender-lost": tender_lost,
    "lapsed": lapsed,
    "employer-led": employer_led,
    "committee": committee,
    "late-letter": late_letter,
    "abandoned-tender": abandoned,
    "combined-authority": combined,
    "fire-authority": fire,
    "special-urgency": urgent,
    "finance": finance,
    "advice": advice,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_examples.journeys", description=__doc__)
    parser.add_argument("journey", help=f"{', '.join(JOURNEYS)}; or all")
    wanted = parser.parse_args(argv).journey
    if wanted not in (*JOURNEYS, "all"):
        sys.stderr.write(f"There is no journey {wanted}; there are {', '.join(JOURNEYS)}, and all.\n")
        return 1
    try:
        with start_temporary_platform() as platform:
            for name in JOURNEYS if wanted == "all" else (wanted,):
                _run(platform, JOURNEYS[name])
    except Exception as error:  # noqa: BLE001 - whatever it is, a person is told in a line
        sys.stderr.write(f"failed: {(str(error).splitlines() or [type(error).__name__])[0]}\n")
        return 1
    return 0


def _run(platform: TemporaryPlatform, journey: ModuleType) -> None:
    began = time.monotonic()
    print(f"\n{journey.TITLE}")
    with Scenario.begin(platform, journey.BEGINS_ON, sys.stdout) as scenario:
        journey.run(scenario)
    for finished in scenario.finished:
        _print_events(finished)
    print(f"\ndone in {time.monotonic() - began:.1f} s")


def _print_events(finished: FinishedCase) -> None:
    print(f"\nThe events of {finished.title}\n")
    for number, event in enumerate(finished.events, 1):
        about = event["data"].get("clock") or event["data"].get("change") or ""
        who = "for the group's client alone" if number <= finished.hidden else ""
        print(f"  {number:3}  {event['time'][:10]}  {get_event_name(event):30}{about:32}{who}".rstrip())


if __name__ == "__main__":
    logging.disable()  # what goes wrong is told in a line
    run_command(main)
