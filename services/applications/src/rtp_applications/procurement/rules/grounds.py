"""Grounds of direct award: Procurement Act 2023 ss.41 to 43 with Schedule 5, and SI 2015/102 reg 32 before it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rtp_applications.procurement.rules.facts import DirectAwardGround
from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.services import PA, PCR, light_touch_services
from rtp_applications.procurement.rules.truth import Truth

G = DirectAwardGround


@dataclass(frozen=True, slots=True)
class JustifiedDirectAward:
    """A direct award justification of Schedule 5."""

    place: str
    says: str
    to_existing_supplier: bool = False


SCHEDULE_5: Mapping[DirectAwardGround, JustifiedDirectAward] = {
    G.PROTOTYPE: JustifiedDirectAward("paras 2, 3", "a prototype, or novel services for testing or research"),
    G.UNIQUE_ART: JustifiedDirectAward("para 4", "a unique work of art or artistic performance"),
    G.EXCLUSIVE_RIGHTS: JustifiedDirectAward("para 5", "exclusive rights of one supplier, no reasonable alternative"),
    G.TECHNICAL_REASONS: JustifiedDirectAward(
        "para 6", "for technical reasons only one supplier can supply, and there is no reasonable alternative"
    ),
    G.ADDITIONAL: JustifiedDirectAward(
        "para 7",
        "an extension or partial replacement by the existing supplier, where another is incompatible",
        True,
    ),
    G.REPEAT: JustifiedDirectAward(
        "para 8",
        "similar services by the existing supplier within five years, as its tender notice said",
        True,
    ),
    G.COMMODITY: JustifiedDirectAward("para 10", "goods bought on a commodity market"),
    G.INSOLVENCY: JustifiedDirectAward("paras 11, 12", "particularly advantageous terms because of an insolvency"),
    G.URGENCY: JustifiedDirectAward("paras 13, 14", "extreme urgency, unforeseeable and not of the authority's making"),
    G.USER_CHOICE: JustifiedDirectAward(
        "paras 15 to 17", "user choice: light touch services for an individual whose views must be heard"
    ),
}


def is_claimed(reasoning: Reasoning, *grounds: DirectAwardGround) -> Truth:
    claimed = reasoning.facts.direct_award_grounds
    return any(each in claimed for each in grounds) if claimed else None


def _is_justified(reasoning: Reasoning, *, for_a_new_body: bool) -> Judgement:
    named = reasoning.facts.direct_award_grounds
    if not named:
        return None
    claimed = [each for each in SCHEDULE_5 if each in named]
    sure = [each for each in claimed if not (for_a_new_body and SCHEDULE_5[each].to_existing_supplier)]
    because = "; ".join(f"{SCHEDULE_5[each].place}: {SCHEDULE_5[each].says}" for each in claimed)
    if sure == [G.USER_CHOICE]:
        return reasoning.ask(light_touch_services), because
    return bool(sure), because


@legal_rule(PA, "s.41(1), (6), Schedule 5", "direct_award_grounds")
def direct_award_is_justified(reasoning: Reasoning) -> Judgement:
    """A direct award justification of Schedule 5 applies, by what the authority says; user choice only for light touch
    services.
    """
    return _is_justified(reasoning, for_a_new_body=False)


@legal_rule(PA, "Schedule 5 paras 7, 8", "direct_award_grounds")
def direct_award_to_a_new_body_is_justified(reasoning: Reasoning) -> Judgement:
    """A justification applies that does not ask for an existing supplier."""
    return _is_justified(reasoning, for_a_new_body=True)


@legal_rule(PA, "s.42", "direct_award_grounds")
def regulations_to_protect_life(reasoning: Reasoning) -> Judgement:
    """Regulations of a Minister allow the award in order to protect life, health, public order or safety."""
    return is_claimed(reasoning, G.PROTECT_LIFE)


@legal_rule(PA, "s.43", "direct_award_grounds")
def no_suitable_tender_came(reasoning: Reasoning) -> Judgement:
    """A competition was held, no suitable tender or request came, and an award under s.19 is not possible."""
    return is_claimed(reasoning, G.SWITCHING)


@legal_rule(PCR, "reg 32", "direct_award_grounds")
def negotiated_without_publication(reasoning: Reasoning) -> Judgement:
    """A case of reg 32 is given, in which the negotiated procedure without prior publication may be used."""
    return is_claimed(reasoning, G.NEGOTIATED_2015)
