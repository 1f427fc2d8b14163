"""The processes of the Provider Selection Regime, and which of them an authority must or may follow."""

from rtp_applications.procurement.rules.reasoning import Judgement, Reasoning, legal_rule
from rtp_applications.procurement.rules.services import PSR
from rtp_applications.procurement.rules.truth import all_of, any_of, negate
from rtp_applications.procurement.rules.values import is_framework, show_pounds

CHANGE_PENCE, CHANGE_PER_CENT = 50_000_000, 25
"""Of reg 6(10)(b)(ii) and (iii): both must be reached."""


@legal_rule(PSR, "regs 6(8), 16(3)", "instrument")
def to_conclude_a_framework(reasoning: Reasoning) -> Judgement:
    """The procurement is to conclude a framework agreement: only the Competitive Process may be followed."""
    return is_framework(reasoning.facts)


@legal_rule(PSR, "reg 2(1)", "provider_holds_contract", "provider_succeeds")
def provider_is_existing(reasoning: Reasoning) -> Judgement:
    """The provider is an existing provider: it has a contract for relevant health care services that has not ended, or
    succeeds one that has by a corporate change. A new mutual is none.
    """
    return any_of(reasoning.facts.provider_holds_contract, reasoning.facts.provider_succeeds)


@legal_rule(PSR, "reg 6(3)", "existing_provider", "only_existing_capable")
def must_follow_direct_award_a(reasoning: Reasoning) -> Judgement:
    """There is an existing provider, which alone can provide the services by their nature: Direct Award Process A must
    be followed.
    """
    facts = reasoning.facts
    return all_of(facts.existing_provider, facts.only_existing_capable, reasoning.refute(to_conclude_a_framework))


@legal_rule(PSR, "reg 6(4)", "patient_choice", "open_to_every_provider")
def must_follow_direct_award_b(reasoning: Reasoning) -> Judgement:
    """Patients choose among an unrestricted number of providers, all of whom are offered contracts: Direct Award
    Process B must be followed.
    """
    facts = reasoning.facts
    return all_of(facts.patient_choice, facts.open_to_every_provider, reasoning.refute(to_conclude_a_framework))


@legal_rule(PSR, "reg 6(10)(b)(ii), (iii)", "former_lifetime_pence", "proposed_lifetime_pence")
def value_grows_considerably(reasoning: Reasoning) -> Judgement:
    """The lifetime value is at least £500,000 and at least 25 per cent higher than that of the existing contract when
    it was entered into.
    """
    former, proposed = reasoning.facts.former_lifetime_pence, reasoning.facts.proposed_lifetime_pence
    if former is None or proposed is None:
        return None
    higher = proposed - former
    grows = higher >= CHANGE_PENCE and higher * 100 >= former * CHANGE_PER_CENT
    return grows, f"from {show_pounds(former)} to {show_pounds(proposed)}"


@legal_rule(PSR, "reg 6(10) to (12)", "different_in_character", "succession_only", "attributable_to_authority",
            "external_factors")  # fmt: skip
def considerable_change(reasoning: Reasoning) -> Judgement:
    """The considerable change threshold is met: the arrangement is materially different in character, or the authority
    decided on changes by which the value grows by £500,000 and 25 per cent; save where a mere succession of
    providers or factors beyond the control of both are the cause.
    """
    facts = reasoning.facts
    character = facts.different_in_character
    value = all_of(facts.attributable_to_authority, reasoning.ask(value_grows_considerably))
    by_character = all_of(character, negate(all_of(facts.succession_only, negate(value))))
    by_value = all_of(value, negate(all_of(negate(character), facts.external_factors)))
    return any_of(by_character, by_value)


@legal_rule(PSR, "reg 6(5)", "existing_provider", "replaces_expiring_contract", "existing_provider_satisfies")
def may_follow_direct_award_c(reasoning: Reasoning) -> Judgement:
    """Neither A nor B must be followed, a contract is due to expire and is replaced without considerable change, and
    the existing provider satisfies: Direct Award Process C may be followed, as may the Most Suitable Provider Process
    and the Competitive Process.
    """
    facts = reasoning.facts
    return all_of(
        reasoning.ask(free_to_choose),
        facts.existing_provider,
        facts.replaces_expiring_contract,
        reasoning.refute(considerable_change),
        facts.existing_provider_satisfies,
        reasoning.refute(to_conclude_a_framework),
    )


@legal_rule(PSR, "reg 6(5)(a), (6)(a), (7)(a)")
def free_to_choose(reasoning: Reasoning) -> Judgement:
    """Neither Direct Award Process A nor B must be followed."""
    return all_of(reasoning.refute(must_follow_direct_award_a), reasoning.refute(must_follow_direct_award_b))


@legal_rule(PSR, "reg 6(5), (6)", "most_suitable_identifiable")
def may_follow_most_suitable_provider(reasoning: Reasoning) -> Judgement:
    """The Most Suitable Provider Process may be followed: Direct Award Process C might be too, or the authority is
    likely able to identify the most suitable provider.
    """
    return all_of(
        reasoning.ask(free_to_choose),
        any_of(reasoning.ask(may_follow_direct_award_c), reasoning.facts.most_suitable_identifiable),
        reasoning.refute(to_conclude_a_framework),
    )


@legal_rule(PSR, "reg 6(5) to (8)")
def may_follow_competitive_process(reasoning: Reasoning) -> Judgement:
    """The Competitive Process may be followed; it must be for a framework agreement, and where no other is open."""
    return any_of(reasoning.ask(to_conclude_a_framework), reasoning.ask(free_to_choose))


@legal_rule(PSR, "reg 14(2)", "urgent")
def may_award_urgently(reasoning: Reasoning) -> Judgement:
    """An award must be made urgently, and may be made without the processes."""
    return reasoning.facts.urgent


@legal_rule(PSR, "regs 6(5), 9(3): the award is made to the existing provider")
def direct_award_c_to_this_provider(reasoning: Reasoning) -> Judgement:
    """Direct Award Process C may be followed, and the provider is the existing one."""
    return all_of(reasoning.ask(may_follow_direct_award_c), reasoning.ask(provider_is_existing))


@legal_rule(PSR, "regs 6(3), 7: the award is made to the existing provider")
def direct_award_a_to_this_provider(reasoning: Reasoning) -> Judgement:
    """Direct Award Process A must be followed, and the provider is the existing one."""
    return all_of(reasoning.ask(must_follow_direct_award_a), reasoning.ask(provider_is_existing))
