"""Guards of social value: Public Services (Social Value) Act 2012 s.1."""

from datetime import date

from rtp_applications.procurement.rules.reasoning import Reasoning
from rtp_applications.procurement.rules.social_value import social_value_considered_first
from rtp_applications.procurement.rules.truth import Truth
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.acceptance import find_acceptance_day
from rtp_applications.workflow.stages.contract.facts import ProcurementRecord, collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration, SocialValuePart

LAW = "Public Services (Social Value) Act 2012 s.1(3), (7)"
UNDER_THE_ACT = frozenset({Regime.OPEN, Regime.RESERVED})
OUTSIDE = frozenset({Regime.GRANT, Regime.IN_HOUSE})
WITHOUT_NOTICE = frozenset({SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_B, SelectionRoute.DIRECT_C})
"""Processes that no notice begins: the contract or the notice of intention is the first that is seen of them."""


def find_duty(snapshot: CaseSnapshot) -> Truth:
    """Return whether the Act applies to the procurement, as far as the case says. What the facts leave open, the regime
    on file says: under the Procurement Act 2023 it applies, to a grant and in-house it does not.
    """
    determined = snapshot.find(RegimeDetermination)
    if determined is None or determined.regime in OUTSIDE:
        return None if determined is None else False
    by_facts = Reasoning(collect_facts(snapshot)).ask(social_value_considered_first)
    return True if by_facts is None and determined.regime in UNDER_THE_ACT else by_facts


def find_want(step: Step, starts_on: date | None) -> str | None:
    """Return what is wanting of the consideration where the Act applies, or may: that it is not known closes nothing,
    and opens nothing either.
    """
    duty, considered = find_duty(step.snapshot), step.snapshot.find(SocialValueConsideration)
    if duty is False or (considered is not None and len(set(considered.impractical)) == len(SocialValuePart)):
        return None
    if considered is None:
        applies = "" if duty else ", for that the Act does not apply is not known"
        return f"consider social value first, and whether to consult ({LAW}){applies}"
    facts = step.snapshot.find(ProcurementRecord)
    commenced_on = facts.model_dump()["commenced_on"] if facts else None
    days = [day for day in (starts_on, commenced_on) if day]
    determined = step.snapshot.find(RegimeDetermination)
    answered_on = None if days else find_acceptance_day(step.snapshot)
    if answered_on and considered.considered_on > answered_on:
        return (
            f"the expression of interest was answered on {answered_on}: a contact to respond to one starts the "
            "procurement, if it is in relation to this contract; if that began later, say when "
            "(record-procurement-facts, commencedOn; s.1(2)(d))"
        )
    if not days and determined and considered.considered_on > determined.determined_on:
        return (
            "say when the procurement started, for that came after it (record-procurement-facts, commencedOn; s.1(2))"
        )
    if days and considered.considered_on > min(days):
        return (
            f"it was considered on {considered.considered_on}, and the procurement started on {min(days)} (s.1(1), (2))"
        )
    return None


@guard("/consideredOn", payload=True)
def social_value_is_considered_whole(step: Step) -> str | None:
    """Well-being, the conduct of the procurement and whether to consult were considered, save what an urgent need made
    impractical, which is named (Public Services (Social Value) Act 2012 s.1(3), (7), (8)).
    """
    said = step.payload
    parts = dict(zip(SocialValuePart, (said.well_being, said.in_the_procurement, said.consultation), strict=True))
    if wanting := [part for part, text in parts.items() if not text and part not in said.impractical]:
        return f"say what was considered of {', '.join(wanting)}, or that it was impractical ({LAW}, (8))"
    if both := [part for part in said.impractical if parts[part]]:
        return f"considered, and so not impractical: {', '.join(both)} ({LAW}, (8))"
    return None


@guard("/urgentNeed", payload=True)
def urgent_need_is_said(step: Step) -> str | None:
    """Only an urgent need makes it impractical to consider all in time, and none to the extent that undue delay of the
    authority reduced the time (Public Services (Social Value) Act 2012 s.1(8), (9)).
    """
    said = step.payload
    if not said.impractical:
        return None
    if said.urgent_need is None:
        return "say which urgent need made it impractical (Public Services (Social Value) Act 2012 s.1(8))"
    if said.undue_delay is not False:
        return "say undueDelay: to the extent that undue delay reduced the time, nothing is lifted (s.1(9))"
    return None


@guard("/publishedOn", payload=True)
def social_value_considered_before_the_tender(step: Step) -> str | None:
    """Where the Act applies, social value and whether to consult were considered before the tender notice (Public
    Services (Social Value) Act 2012 s.1(1), (2)(a), (b), (3), (7)).
    """
    return find_want(step, step.payload.published_on)


@guard("/submittedOn", payload=True)
def social_value_considered_before_the_notice(step: Step) -> str | None:
    """Where the Act applies, social value and whether to consult were considered before the notice of intention to
    follow the process (Public Services (Social Value) Act 2012 s.1(1), (2), (3), (7)).
    """
    return find_want(step, step.payload.submitted_on)


@guard()
def social_value_considered_before_a_direct_award(step: Step) -> str | None:
    """Where the Act applies and no notice begins the procurement, social value and whether to consult were considered
    before anybody was contacted (Public Services (Social Value) Act 2012 s.1(1), (2)(c) to (e), (3), (7)).
    """
    determined = step.snapshot.find(RegimeDetermination)
    direct = determined and (
        determined.selection_route in WITHOUT_NOTICE or determined.regime is Regime.BELOW_THRESHOLD
    )
    return find_want(step, None) if direct else None
