"""Tell a journey on a platform of its own, where days pass in no time: `python -m rtp_embedded.journeys NAME`."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from types import ModuleType

from rtp_embedded.journeys import employer_led, lapsed, launched, remitted, tender_lost
from rtp_embedded.journeys.stage import Stage, own_stage
from rtp_embedded.journeys.story import Story, Told, name_of

JOURNEYS: dict[str, ModuleType] = {
    "launched": launched,
    "remitted": remitted,
    "tender-lost": tender_lost,
    "lapsed": lapsed,
    "employer-led": employer_led,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_embedded.journeys", description=__doc__)
    parser.add_argument("journey", help=f"{', '.join(JOURNEYS)}; or all")
    wanted = parser.parse_args(argv).journey
    if wanted not in (*JOURNEYS, "all"):
        sys.stderr.write(f"There is no journey {wanted}; there are {', '.join(JOURNEYS)}, and all.\n")
        return 1
    try:
        with own_stage() as stage:
            for name in JOURNEYS if wanted == "all" else (wanted,):
                _tell(stage, JOURNEYS[name])
    except Exception as error:  # noqa: BLE001 - whatever it is, a person is told in a line
        sys.stderr.write(f"failed: {(str(error).splitlines() or [type(error).__name__])[0]}\n")
        return 1
    return 0


def _tell(stage: Stage, journey: ModuleType) -> None:
    began = time.monotonic()
    print(f"\n{journey.SAYS}")
    with Story.beginning(stage, journey.BEGINS, sys.stdout) as story:
        journey.tell(story)
    for told in story.told:
        _show(told)
    print(f"\ndone in {time.monotonic() - began:.1f} s")


def _show(told: Told) -> None:
    print(f"\nThe events of {told.title}\n")
    for number, event in enumerate(told.events, 1):
        about = event["data"].get("clock") or event["data"].get("change") or ""
        who = "for the group's client alone" if number <= told.hidden else ""
        print(f"  {number:3}  {event['time'][:10]}  {name_of(event):30}{about:32}{who}".rstrip())


if __name__ == "__main__":
    logging.disable()  # what goes wrong is told in a line
    sys.exit(main())
