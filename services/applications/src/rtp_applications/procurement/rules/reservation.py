"""Reservation to public service mutuals: s.33 of the Procurement Act 2023, and reg 77 of the regulations before it."""

from rtp_applications.procurement.rules.cooling import begin_three_years, falls_within_three_years, find_first_free_day
from rtp_applications.procurement.rules.facts import BuyerType, ControlledBy, ProcurementFacts, ProfitUse
from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.scope import commenced_under_provider_selection
from rtp_applications.procurement.rules.services import (
    PA,
    PCR,
    reservable_light_touch_services,
    reservable_services_of_2015,
)
from rtp_applications.procurement.rules.truth import Truth, all_of

FIVE_YEARS, THREE_YEARS = 60, 36
_OF_2013 = (BuyerType.NHS_ENGLAND, BuyerType.INTEGRATED_CARE_BOARD, BuyerType.OTHER_AUTHORITY)
_TERM = ("term_months", "extension_months")
_COMPARABLE = ("comparable_contract_on", "no_comparable_contract", "award_on")


def _judge_term(facts: ProcurementFacts, limit: int) -> Judgement:
    least = (facts.term_months or 0) + (facts.extension_months or 0)
    known = facts.term_months is not None and facts.extension_months is not None
    because = f"{least} months{'' if known else ' or more'} with extensions, of at most {limit}"
    return (False, because) if least > limit else (True if known else None, because)


def _judge_cooling(facts: ProcurementFacts) -> Judgement:
    if facts.no_comparable_contract:
        return True
    entered, award = facts.comparable_contract_on, facts.award_on
    if entered is None or award is None:
        return None
    since = begin_three_years(award)
    because = f"one was entered into on {entered}; the three years ending on {award} began on {since}"
    if falls_within_three_years(entered, award):
        return False, f"{because}; again from {find_first_free_day(entered)} on"
    return True, because


def _judge_use(use: ProfitUse | None, fitting: frozenset[ProfitUse]) -> Truth:
    return None if use is None else use in fitting


@legal_rule(PA, "s.33(1)(b)", *_TERM)
def maximum_term_of_five_years(reasoning: Reasoning) -> Judgement:
    """The contract has a maximum term of five years or less, extensions counted in."""
    return _judge_term(reasoning.facts, FIVE_YEARS)


@legal_rule(PA, "s.33(5), (7)", *_COMPARABLE)
def no_comparable_contract_in_three_years(reasoning: Reasoning) -> Judgement:
    """The provider entered into no comparable contract in the three years ending with the day of the award: none
    for the same kind of services that the same authority awarded in reliance on s.33.
    """
    return _judge_cooling(reasoning.facts)


@legal_rule(PA, "s.33(6)(a)", "delivers_public_services", "mainly_reservable_services")
def purpose_of_a_mutual(reasoning: Reasoning) -> Judgement:
    """The provider operates for the purpose of delivering public services, and mainly reservable light touch services.
    Evidence: its articles or rules, and what it earns from which services.
    """
    return all_of(reasoning.facts.delivers_public_services, reasoning.facts.mainly_reservable_services)


@legal_rule(PA, "s.33(6)(b)", "profit_use")
def profit_to_members_only(reasoning: Reasoning) -> Judgement:
    """The provider is run on a not-for-profit basis, or distributes profits only to members. Evidence: the provision on
    distributions in its articles or rules, and its accounts.
    """
    fitting = frozenset(ProfitUse) - {ProfitUse.OTHERS}
    return _judge_use(reasoning.facts.profit_use, fitting)


@legal_rule(PA, "s.33(6)(c)", "controlled_by")
def managed_and_controlled_by_employees(reasoning: Reasoning) -> Judgement:
    """The provider is under the management and control of its employees. Evidence: register of members, who elects and
    removes the board, and who is on it.
    """
    who = reasoning.facts.controlled_by
    return None if who is None else who is ControlledBy.EMPLOYEES


@legal_rule(PA, "s.33(5), (6)")
def qualifying_public_service_mutual(reasoning: Reasoning) -> Judgement:
    """The provider is a qualifying public service mutual."""
    return all_of(reasoning.ask(public_service_mutual), reasoning.ask(no_comparable_contract_in_three_years))


@legal_rule(PA, "s.33(6)")
def public_service_mutual(reasoning: Reasoning) -> Judgement:
    """The provider is a public service mutual by its purpose, its profits, and its management and control."""
    return all_of(
        reasoning.ask(purpose_of_a_mutual),
        reasoning.ask(profit_to_members_only),
        reasoning.ask(managed_and_controlled_by_employees),
    )


@legal_rule(PA, "s.33(1), (2)")
def may_be_reserved_to_mutuals(reasoning: Reasoning) -> Judgement:
    """The competition may be reserved to qualifying public service mutuals: by a competitive flexible procedure, for
    reservable services, for five years at most.
    """
    return all_of(reasoning.ask(reservable_light_touch_services), reasoning.ask(maximum_term_of_five_years))


@legal_rule(PCR, "reg 77(4)", *_TERM)
def maximum_duration_of_three_years(reasoning: Reasoning) -> Judgement:
    """The contract lasts three years at most, extensions counted in."""
    return _judge_term(reasoning.facts, THREE_YEARS)


@legal_rule(PCR, "reg 77(3)(d)", *_COMPARABLE)
def no_reserved_award_within_three_years(reasoning: Reasoning) -> Judgement:
    """The authority awarded the provider no contract for the services concerned under reg 77 within the past three
    years.
    """
    return _judge_cooling(reasoning.facts)


@legal_rule(PCR, "reg 77(3)(a)", "delivers_public_services")
def public_service_mission(reasoning: Reasoning) -> Judgement:
    """The provider's objective is the pursuit of a public service mission linked to the services listed."""
    return reasoning.facts.delivers_public_services


@legal_rule(PCR, "reg 77(3)(b)", "profit_use")
def profit_by_participation(reasoning: Reasoning) -> Judgement:
    """Profits are reinvested, and any distribution is based on participatory considerations."""
    return _judge_use(
        reasoning.facts.profit_use, frozenset({ProfitUse.NOT_FOR_PROFIT, ProfitUse.MEMBERS_BY_PARTICIPATION})
    )


@legal_rule(PCR, "reg 77(3)(c)", "controlled_by")
def participatory_structures(reasoning: Reasoning) -> Judgement:
    """The structures of management or ownership are based on employee ownership or participatory principles, or require
    the active participation of employees, users or stakeholders.
    """
    who = reasoning.facts.controlled_by
    return None if who is None else who in (ControlledBy.EMPLOYEES, ControlledBy.EMPLOYEES_AND_OTHERS)


@legal_rule(PCR, "reg 77(3)(a) to (c)")
def organisation_with_a_mission(reasoning: Reasoning) -> Judgement:
    """The provider has the mission, the use of profits and the structures that reg 77 asks for."""
    return all_of(
        reasoning.ask(public_service_mission),
        reasoning.ask(profit_by_participation),
        reasoning.ask(participatory_structures),
    )


@legal_rule(PCR, "reg 77(3)")
def qualifying_organisation(reasoning: Reasoning) -> Judgement:
    """The provider is a qualifying organisation."""
    return all_of(reasoning.ask(organisation_with_a_mission), reasoning.ask(no_reserved_award_within_three_years))


@legal_rule(PCR, "reg 77(6)", "buyer", "commenced_on")
def outside_the_nhs_regulations_of_2013(reasoning: Reasoning) -> Judgement:
    """It is no procurement of NHS health care under SI 2013/500, in which nothing is reserved: that held for NHS
    England and commissioners before 1 January 2024.
    """
    buyer, since = reasoning.facts.buyer, reasoning.ask(commenced_under_provider_selection)
    if since is True or (buyer and buyer not in _OF_2013):
        return True
    return None, "the text of SI 2013/500 is not loaded"


@legal_rule(PCR, "reg 77(1), (2), (4)")
def may_be_reserved_under_regulation_77(reasoning: Reasoning) -> Judgement:
    """Participation may be reserved to qualifying organisations: exclusively for services listed, for three years at
    most.
    """
    return all_of(
        reasoning.ask(reservable_services_of_2015),
        reasoning.ask(maximum_duration_of_three_years),
        reasoning.ask(outside_the_nhs_regulations_of_2013),
    )
