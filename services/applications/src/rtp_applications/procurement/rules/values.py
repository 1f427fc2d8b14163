"""The estimated value and the threshold amount that it is held against."""

from collections.abc import Iterator

from rtp_applications.procurement.rules.amounts import find_amount
from rtp_applications.procurement.rules.facts import BuyerType, Instrument, ProcurementFacts
from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.scope import ACT_SINCE, commenced_under_the_act, concession_contract
from rtp_applications.procurement.rules.services import PA, light_touch_services, social_and_specific_services
from rtp_applications.procurement.rules.tables import Thresholds, find_thresholds
from rtp_applications.procurement.rules.truth import Truth, all_of

CENTRAL = frozenset({BuyerType.NHS_TRUST, BuyerType.FOUNDATION_TRUST, BuyerType.NHS_ENGLAND})
"""Listed in SI 2024/692 Schedule 2; integrated care boards are not."""
CENTRAL_2015 = frozenset({BuyerType.NHS_TRUST})
"""Listed in SI 2015/102 Schedule 1; foundation trusts and NHS England are not."""


def estimate_value(facts: ProcurementFacts) -> tuple[int, int | None]:
    """Return the least and the most, in pence, that the contract may be worth: VAT and extensions count in."""
    least = (facts.gross_pence or facts.net_pence or 0) + (facts.extensions_pence or 0)
    known = facts.gross_pence is not None and facts.extensions_pence is not None
    return least, least if known else None


@legal_rule("uksi-2024-692", "reg 44, Schedule 2; before 24 February 2025 SI 2015/102 Schedule 1",
            "buyer", "central_government", "commenced_on")  # fmt: skip
def central_government_authority(reasoning: Reasoning) -> Judgement:
    """The buyer is a central government authority, for which the lower threshold amount holds."""
    facts = reasoning.facts
    if facts.buyer is None:
        return None
    if facts.buyer is BuyerType.OTHER_AUTHORITY:
        return facts.central_government
    said = {facts.buyer in CENTRAL, facts.buyer in CENTRAL_2015}
    amounts = facts.commenced_on and find_thresholds(facts.commenced_on)
    if amounts:
        return facts.buyer in (CENTRAL if amounts.regime == "act" else CENTRAL_2015)
    return said.pop() if len(said) == 1 else None


def _list_amounts(amounts: Thresholds, light: Truth, concession: Truth, central: Truth) -> Iterator[int]:
    """Yield every threshold amount that may be the one, as far as the kind of contract is known."""
    if concession is not False:
        yield from _choose(light, amounts.light_touch_concession, amounts.concession)
    if concession is not True:
        if light is not False:
            yield amounts.light_touch
        if light is not True:
            yield from _choose(central, amounts.central, amounts.sub_central)


def _choose(truth: Truth, where_true: int, where_false: int) -> tuple[int, ...]:
    return (where_true, where_false) if truth is None else (where_true,) if truth else (where_false,)


_VALUE = ("net_pence", "gross_pence", "extensions_pence")


@legal_rule(
    PA,
    "s.3(2)(a), (3)(a), (4)(a), Schedules 1 and 3; before 24 February 2025 SI 2015/102 regs 5, 6, SI 2016/273 reg 9",
    *("commenced_on", *_VALUE, "cpv", "main_cpv"),
)
def not_below_the_threshold(reasoning: Reasoning) -> Judgement:
    """The estimated value, with VAT and all extensions, is not less than the threshold amount for the type of contract
    on the day on which the procurement commences.
    """
    facts = reasoning.facts
    if facts.commenced_on is None:
        return None
    amounts = find_thresholds(facts.commenced_on)
    if amounts is None:
        return None, f"no threshold amounts are loaded for {facts.commenced_on}"
    if main_is_works(facts):
        return None, "the threshold amounts of works are not loaded"
    light = reasoning.ask(light_touch_services if amounts.regime == "act" else social_and_specific_services)
    central = None if light is True else reasoning.ask(central_government_authority)
    possible = set(_list_amounts(amounts, light, reasoning.ask(concession_contract), central))
    return _compare(facts, possible, f"{amounts.text.upper()} {amounts.place}")


@legal_rule(PA, "Schedule 1 para 1(1) rows 11 and 12", "commenced_on", *_VALUE)
def not_below_the_amount_for_other_services(reasoning: Reasoning) -> Judgement:
    """The estimated value, with VAT and all extensions, is not less than the threshold amount for services that are not
    light touch.
    """
    facts = reasoning.facts
    amounts = find_thresholds(facts.commenced_on) if facts.commenced_on else None
    if amounts is None:
        return None
    possible = set(_choose(reasoning.ask(central_government_authority), amounts.central, amounts.sub_central))
    return _compare(facts, possible, f"{amounts.text.upper()} {amounts.place}")


def main_is_works(facts: ProcurementFacts) -> bool:
    """Tell whether the main code, or any while none is said to be main, is one of construction work."""
    codes = [facts.main_code] if facts.main_code else facts.codes
    return any(code.digits.startswith("45") for code in codes)


def _compare(facts: ProcurementFacts, possible: set[int], source: str) -> Judgement:
    least, most = estimate_value(facts)
    worth = f"{show_pounds(least)}{'' if most is not None else ' or more'}"
    amounts = " or ".join(show_pounds(each) for each in sorted(possible))
    because = f"worth {worth}; the threshold amount is {amounts} ({source})"
    if least >= max(possible):
        return True, because
    if most is not None and most < min(possible):
        return False, because
    return None, because


def show_pounds(pence: int) -> str:
    pounds, rest = divmod(pence, 100)
    return f"£{pounds:,}.{rest:02}" if rest else f"£{pounds:,}"


@legal_rule(PA, "ss.84(1), 87(4)", *_VALUE)
def notifiable_below_threshold_contract(reasoning: Reasoning) -> Judgement:
    """The contract is worth £30,000 or more (£12,000 of a central government authority), and no concession: who
    advertises it first publishes a below-threshold tender notice, and its details once it is entered into.
    """
    least, most = estimate_value(reasoning.facts)
    possible = set(_choose(reasoning.ask(central_government_authority), *_list_notifiable_amounts()))
    reached = True if least >= max(possible) else False if most is not None and most < min(possible) else None
    return all_of(reached, reasoning.refute(concession_contract), reasoning.ask(commenced_under_the_act))


def _list_notifiable_amounts() -> tuple[int, ...]:
    """Return the amounts of s.87(4)(a) and (b), which are those of the first day of the Act still."""
    found = (find_amount(name, ACT_SINCE) for name in ("below-threshold-notices-central", "below-threshold-notices"))
    return tuple(each.pence for each in found if each)


def is_framework(facts: ProcurementFacts) -> Truth:
    return None if facts.instrument is None else facts.instrument is Instrument.FRAMEWORK
