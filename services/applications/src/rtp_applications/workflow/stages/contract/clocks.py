"""Clocks of a challenge's procurement."""

from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import make_publication_clock
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.contract.acceptance import find_acceptance_day

PROCUREMENT_START = CaseClock(
    name="procurement-start",
    description="Begin the procurement before the longest time after acceptance that the authority published is over",
    runs_in=frozenset({Status.EOI_ACCEPTED}),
    rule="procurement-gap",
    rule_on=find_acceptance_day,
    counts_from=find_acceptance_day,
    starts_late=True,
    basis=Basis.STATUTE,
    source="Localism Act 2011 s.83(4)(b), (7)",
    reminders=(90, 30),
)
PUBLISH_PROCUREMENT_GAP = make_publication_clock(
    "publish-procurement-gap",
    "Publish the shortest and longest time between acceptance and procurement: none is published",
    "procurement-gap", "s.83", Status.EOI_ACCEPTED,
)  # fmt: skip
CLOCKS_OF_A_CHALLENGE = (PUBLISH_PROCUREMENT_GAP, PROCUREMENT_START)
