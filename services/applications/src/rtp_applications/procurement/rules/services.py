"""The kind of the services, by their codes: light touch, reservable, relevant health care, alone or mixed."""

from collections.abc import Iterable, Sequence

from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.facts import OF_THE_NHS, BuyerType
from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.tables import CodeMatch, match_code
from rtp_applications.procurement.rules.truth import Truth, all_of, any_of, negate

PA, PR, PSR, PCR = "ukpga-2023-54", "uksi-2024-692", "uksi-2023-1348", "uksi-2015-102"
RELEVANT = OF_THE_NHS | {BuyerType.COUNCIL, BuyerType.COMBINED_AUTHORITY}
"""Relevant authorities: National Health Service Act 2006 s.12ZB(7), by the notes of SI 2023/1348."""


def match_codes(name: str, codes: Iterable[CpvCode]) -> list[CodeMatch]:
    return [match_code(name, code) for code in codes]


def judge_main(matches: Sequence[CodeMatch], main: CodeMatch | None) -> Judgement:
    """Return whether the contract is wholly or mainly for what is listed."""
    if main is not None:
        return main.listed, main.because
    every = {each.listed for each in matches}
    because = "; ".join(each.because for each in matches)
    if len(every) == 1:
        return every.pop(), because
    return None, f"{because}; which is the main one is not said" if matches else ""


def _judge_list(reasoning: Reasoning, name: str) -> Judgement:
    codes, main = reasoning.facts.codes, reasoning.facts.main_code
    return judge_main(match_codes(name, codes), match_code(name, main) if main else None)


@legal_rule(PR, "reg 42(1), Schedule 1 Table 1; Procurement Act 2023 s.9(1)", "cpv", "main_cpv")
def light_touch_services(reasoning: Reasoning) -> Judgement:
    """The contract is wholly or mainly for services that are specified as light touch."""
    return _judge_list(reasoning, "light-touch")


@legal_rule(PCR, "reg 74, Schedule 3", "cpv", "main_cpv")
def social_and_specific_services(reasoning: Reasoning) -> Judgement:
    """The contract is for social and other specific services, by its main subject-matter."""
    return _judge_list(reasoning, "social-services-2015")


@legal_rule(PR, "reg 42(2), Schedule 1 Table 1 column (3); Procurement Act 2023 s.33(1)(a), (8)", "cpv", "main_cpv")
def reservable_light_touch_services(reasoning: Reasoning) -> Judgement:
    """The contract is for services that are marked R, and so may be reserved to public service mutuals."""
    marks = [(_is_marked(each), each.because) for each in match_codes("light-touch", reasoning.facts.codes)]
    because = "; ".join(f"{said}{' (R)' if mark else ' (no R)' if mark is False else ''}" for mark, said in marks)
    outcome = all_of(*(mark for mark, _ in marks)) if marks else None
    main = reasoning.facts.main_code
    if outcome is False and len(marks) > 1 and (main is None or marks[0][0] is not False):
        return _judge_partly_marked([mark for mark, _ in marks], because)
    return outcome, because


def _judge_partly_marked(marks: Sequence[Truth], because: str) -> Judgement:
    if any_of(*marks) is False:
        return False, because
    return None, f"{because}; the Act does not say that a contract partly for other services may be reserved"


def _is_marked(match: CodeMatch) -> Truth:
    """Return whether it is marked R. What stands below a code without R, and is not listed, is not."""
    if match.entry is None:
        return match.listed
    return match.listed if match.entry.reservable else False


@legal_rule(PCR, "reg 77(2)", "cpv")
def reservable_services_of_2015(reasoning: Reasoning) -> Judgement:
    """The contract is exclusively for services that reg 77 lists."""
    matches = match_codes("regulation-77", reasoning.facts.codes)
    outcome = all_of(*(each.listed for each in matches)) if matches else None
    return outcome, "; ".join(each.because for each in matches)


@legal_rule(PSR, "reg 2(1); National Health Service Act 2006 s.12ZB(7)", "buyer")
def relevant_authority(reasoning: Reasoning) -> Judgement:
    """The buyer is a combined authority, an integrated care board, a local authority in England, NHS England, an NHS
    foundation trust or an NHS trust.
    """
    buyer = reasoning.facts.buyer
    return None if buyer in (None, BuyerType.OTHER_AUTHORITY) else buyer in RELEVANT


@legal_rule(PSR, "reg 3(1)", "buyer", "for_health_service")
def for_the_health_service(reasoning: Reasoning) -> Judgement:
    """What is bought is health care for the purposes of the health service in England."""
    facts = reasoning.facts
    if facts.buyer in OF_THE_NHS:
        return True, "an NHS body buys"
    return facts.for_health_service


@legal_rule(PSR, "reg 2(1), Schedule 1", "cpv", "schedule_extent_met")
def some_codes_in_the_schedule(reasoning: Reasoning) -> Judgement:
    """At least one of the codes is in the Schedule, to the extent that it says."""
    found = [_judge_extent(reasoning, each) for each in match_codes("provider-selection", reasoning.facts.codes)]
    return any_of(*(truth for truth, _ in found)) if found else None, "; ".join(said for _, said in found)


@legal_rule(PSR, "reg 2(1), Schedule 1", "cpv", "schedule_extent_met")
def all_codes_in_the_schedule(reasoning: Reasoning) -> Judgement:
    """All of the codes are in the Schedule, to the extent that it says."""
    found = [_judge_extent(reasoning, each) for each in match_codes("provider-selection", reasoning.facts.codes)]
    return all_of(*(truth for truth, _ in found)) if found else None, "; ".join(said for _, said in found)


def _judge_extent(reasoning: Reasoning, match: CodeMatch) -> tuple[Truth, str]:
    if match.listed is not True or match.entry is None or match.entry.extent is None:
        return match.listed, match.because
    return reasoning.facts.schedule_extent_met, f"{match.because}, {match.entry.extent}"


@legal_rule(PSR, "reg 3(3)(a), (4)(a)", "health_care_pence", "other_pence")
def health_care_is_the_main_subject(reasoning: Reasoning) -> Judgement:
    """Of a mixed procurement, the lifetime value of the relevant health care services is the higher."""
    health, other = reasoning.facts.health_care_pence, reasoning.facts.other_pence
    return None if health is None or other is None else health > other


@legal_rule(PSR, "reg 3(3)(b), (4)(b)", "separable")
def not_reasonably_separable(reasoning: Reasoning) -> Judgement:
    """All else could not reasonably be supplied under a separate contract: to separate it would likely harm the
    authority's ability to act by the procurement principles.
    """
    return negate(reasoning.facts.separable)


@legal_rule(PSR, "regs 2(1), 3(1) to (5)")
def relevant_health_care_services(reasoning: Reasoning) -> Judgement:
    """What is bought is relevant health care services, alone or as the main part of a mixed procurement."""
    some, health = reasoning.ask(some_codes_in_the_schedule), reasoning.ask(for_the_health_service)
    alone = reasoning.ask(all_codes_in_the_schedule)
    if some is False or health is False or alone is True:
        return all_of(some, health)
    mixed = all_of(some, reasoning.ask(health_care_is_the_main_subject), reasoning.ask(not_reasonably_separable))
    return all_of(health, any_of(alone, mixed))
