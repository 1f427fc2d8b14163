"""Does the group meet what the product asks for besides, requirement by requirement."""

from rtp_finance_directory.eligibility.rules.findings import Finding, ask_group, fails, fits, passes_over
from rtp_finance_directory.eligibility.wording import format_facts
from rtp_finance_directory.requirements.expressions import Facts, evaluate, list_open_facts
from rtp_finance_directory.requirements.models import Requirement

MET, NOT_MET, OF_OTHERS = fits("met"), fails("not-met"), passes_over("of-others")


def judge_requirement(known: Facts, requirement: Requirement) -> Finding:
    """Judge `requires` where `when` holds, by Kleene: what is met anyway is met, whoever it is asked of."""
    asked = True if requirement.when is None else evaluate(requirement.when, known)
    if asked is False:
        return OF_OTHERS
    met = evaluate(requirement.requires, known)
    if met:
        return MET
    if asked and met is False:
        return NOT_MET
    open_when = () if requirement.when is None else list_open_facts(requirement.when, known)
    return ask_group("open", *open_when, *list_open_facts(requirement.requires, known))


def word_requirement(requirement: Requirement, found: Finding) -> str:
    if found == MET:
        return f"{requirement.reason} What you say meets that."
    if found == NOT_MET:
        return f"{requirement.reason} What you say does not meet that."
    if found == OF_OTHERS:
        return f"{requirement.reason} That is not asked of you."
    return f"{requirement.reason} It depends on what is not said: {format_facts(found.needs)}."
