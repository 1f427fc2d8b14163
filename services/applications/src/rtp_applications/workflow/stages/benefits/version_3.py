"""Version 3: benefits were promised in the business case's documents alone, and no value said which it was of."""

from collections.abc import Callable
from dataclasses import replace

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.benefits.guards import (
    measured_benefits_are_promised,
    promises_are_in_the_contract,
)
from rtp_applications.workflow.stages.monitoring.measures import PlainBaseline, PlainMeasures


def _measuring(payload_model: type[Payload]) -> Callable[[Action], Action]:
    return lambda now: replace(now.without_guard(measured_benefits_are_promised.name), payload_model=payload_model)


VERSION_3 = Earlier(
    actions={
        "award": lambda now: now.without_guard(promises_are_in_the_contract.name),
        "record-baseline": _measuring(PlainBaseline),
        "record-measures": _measuring(PlainMeasures),
    },
    added=frozenset({"promise-benefit", "withdraw-benefit", "write-benefit-into-contract"}),
)
