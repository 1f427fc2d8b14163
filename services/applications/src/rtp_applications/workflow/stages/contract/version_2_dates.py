"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.common.clocks import as_if_statutory
from rtp_applications.workflow.common.guards import well_being_considered
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.contract.guards import find_gap_breach
from rtp_applications.workflow.stages.contract.payloads import PlainProcurementStart


@guard("/determinedOn", payload=True)
def determined_already(step: Step) -> str | None:
    """The determination was made on a day that is not in the future."""
    return None if step.payload.determined_on <= step.today else "the day of the determination lies in the future"


@guard("/applicantsToldOn", payload=True)
def applicants_told_to_bid(step: Step) -> str | None:
    """The applicants were told that they must bid: acceptance is no award, and employees have no preference."""
    told_on = step.payload.applicants_told_on
    return None if told_on and told_on <= step.today else "tell the applicants first that they must bid"


@guard()
def within_published_gap(step: Step) -> str | None:
    """Procurement begins within the shortest and longest time after acceptance that the authority published; where
    it published none, at any time: the duty to procure follows from acceptance, and does not wait for its own failure
    to specify the time (Localism Act 2011 s.83(2) to (4)), which the clock publish-procurement-gap shows.
    """
    return find_gap_breach(step, until_the_last=True)


def _begin_procurement(now: Action) -> Action:
    former = replace(now.without_guard(well_being_considered.name), payload_model=PlainProcurementStart)
    former = former.replace_guard(within_published_gap.name, within_published_gap)
    return without_bounds()(former).replace_guard(applicants_told_to_bid.name, applicants_told_to_bid)


VERSION_2_DATES = Earlier(
    clocks={"publish-procurement-gap": as_if_statutory},
    actions={
        "record-regime": without_bounds(determined_already),
        "record-contract-terms": without_bounds(),
        "begin-procurement": _begin_procurement,
    },
)
