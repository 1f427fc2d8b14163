"""To which procurements the duty of the Public Services (Social Value) Act 2012 applies."""

from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.scope import (
    commenced_under_the_act,
    concession_contract,
    contract_for_pecuniary_interest,
    contracting_authority,
    in_house,
    regulated_health_procurement,
)
from rtp_applications.procurement.rules.services import light_touch_services
from rtp_applications.procurement.rules.truth import all_of, any_of, negate
from rtp_applications.procurement.rules.values import (
    main_is_works,
    not_below_the_amount_for_other_services,
    not_below_the_threshold,
)


@legal_rule("ukpga-2012-3", "s.1(1), (3), (6), (7), (15) to (17); SI 2025/163 reg 7", "instrument", "cpv", "main_cpv")
def social_value_considered_first(reasoning: Reasoning) -> Judgement:
    """Before the process of procurement starts, the authority considers how what is to be procured might improve the
    economic, social and environmental well-being of its area, how it might act in the procurement to secure that, and
    whether to consult. It applies to services under the Procurement Act 2023, and to light touch services, health care
    under the Provider Selection Regime among them, from the lower amounts of rows 11 and 12 on; not to concessions and
    exempted contracts.
    """
    ours = (
        reasoning.ask(contracting_authority),
        reasoning.ask(contract_for_pecuniary_interest),
        reasoning.refute(concession_contract),
        negate(reasoning.ask(in_house)),
    )
    if all_of(*ours) is False:
        return False
    since = reasoning.ask(commenced_under_the_act)
    if since is False:
        return None, "what it said of procurements that commenced before 24 February 2025 is not loaded"
    if main_is_works(reasoning.facts):
        return None, "contracts for works are not covered here"
    under_the_act = all_of(
        reasoning.refute(regulated_health_procurement), reasoning.ask(not_below_the_threshold)
    )  # s.1(16)(a)
    light_touch = all_of(
        reasoning.ask(light_touch_services), reasoning.ask(not_below_the_amount_for_other_services)
    )  # s.1(16)(b), (17)
    return all_of(*ours, since, any_of(under_the_act, light_touch))
