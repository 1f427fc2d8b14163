"""The first questions: is there a contract of a contracting authority, when did it commence, is it in-house."""

from datetime import date

from rtp_applications.procurement.rules.facts import BuyerType, Instrument
from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.services import PA, PSR, relevant_authority, relevant_health_care_services
from rtp_applications.procurement.rules.tables import READ_FROM, READ_UNTIL
from rtp_applications.procurement.rules.truth import all_of, negate

TRANSITION = "uksi-2024-716"
ACT_SINCE = date(2025, 2, 24)
SELECTION_SINCE = date(2024, 1, 1)


@legal_rule(PA, "Schedule 1; SI 2025/1200: amounts from 1 January 2026", "commenced_on")
def law_of_the_day_was_read(reasoning: Reasoning) -> Judgement:
    """The procurement commences on a day of which the law was read, here and nowhere else."""
    day = reasoning.facts.commenced_on
    if day is None or READ_FROM <= day <= READ_UNTIL:
        return None if day is None else True
    return None, f"the law of {day} is not loaded: the texts and amounts here are of {READ_FROM} to {READ_UNTIL}"


@legal_rule(PA, "s.2(1), (2)", "buyer")
def contracting_authority(reasoning: Reasoning) -> Judgement:
    """The buyer is a contracting authority."""
    buyer = reasoning.facts.buyer
    return None if buyer is None else buyer is not BuyerType.NO_AUTHORITY


@legal_rule(PA, "s.3(2)", "instrument")
def contract_for_pecuniary_interest(reasoning: Reasoning) -> Judgement:
    """It is a contract for the supply of services for pecuniary interest, and no grant agreement."""
    instrument = reasoning.facts.instrument
    return None if instrument is None else instrument is not Instrument.GRANT


@legal_rule(PA, "s.8", "instrument")
def concession_contract(reasoning: Reasoning) -> Judgement:
    """It is a concession: part of the consideration is a right to exploit, and the provider bears an operating risk."""
    instrument = reasoning.facts.instrument
    return None if instrument is None else instrument is Instrument.CONCESSION


@legal_rule(PSR, "regs 1(1), 29(1), (4)", "commenced_on")
def commenced_under_provider_selection(reasoning: Reasoning) -> Judgement:
    """The procurement commenced on or after 1 January 2024."""
    day = reasoning.facts.commenced_on
    return None if day is None else day >= SELECTION_SINCE


@legal_rule(TRANSITION, "regs 2(2), 5, 7", "commenced_on")
def commenced_under_the_act(reasoning: Reasoning) -> Judgement:
    """The procurement commenced on or after 24 February 2025; one before keeps the former regulations."""
    day = reasoning.facts.commenced_on
    return None if day is None else day >= ACT_SINCE


@legal_rule("uksi-2024-692", "reg 43; SI 2023/1348 reg 3")
def regulated_health_procurement(reasoning: Reasoning) -> Judgement:
    """A relevant authority buys relevant health care services: the Provider Selection Regime applies, and neither the
    Procurement Act 2023 nor the regulations before it.
    """
    authority = reasoning.ask(relevant_authority)
    since = reasoning.ask(commenced_under_provider_selection)
    if all_of(authority, since) is False:
        return False
    return all_of(authority, since, reasoning.ask(relevant_health_care_services))


@legal_rule(PA, "Schedule 2 para 2(2)(a), (b)", "under_public_control")
def controlled_by_the_authority(reasoning: Reasoning) -> Judgement:
    """The provider is controlled by the authority, and nobody else exerts a decisive influence on it."""
    return reasoning.facts.under_public_control


@legal_rule(PA, "Schedule 2 para 2(2)(c); SI 2024/692 reg 42A", "mostly_for_authority")
def works_mostly_for_the_authority(reasoning: Reasoning) -> Judgement:
    """More than 80 per cent of the provider's activities are carried out for the authority."""
    return reasoning.facts.mostly_for_authority


@legal_rule(PA, "Schedule 2 para 2(3)", "private_shares")
def no_private_shares(reasoning: Reasoning) -> Judgement:
    """Nobody who is no public authority holds shares in the provider; an employee who does ends the exemption."""
    return negate(reasoning.facts.private_shares)


@legal_rule(PA, "Schedule 2 para 2; before 24 February 2025 SI 2015/102 reg 12(1)")
def in_house(reasoning: Reasoning) -> Judgement:
    """The contract is exempt as in-house: a vertical arrangement."""
    return all_of(
        reasoning.ask(controlled_by_the_authority),
        reasoning.ask(works_mostly_for_the_authority),
        reasoning.ask(no_private_shares),
    )
