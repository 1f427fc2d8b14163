"""Does the product serve where the group is."""

from datetime import date

from rtp_finance_directory import areas
from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import (
    Finding,
    ask_group,
    ask_provider,
    fails,
    fits,
    passes_over,
)
from rtp_finance_directory.vocabulary import Fact

NOT_TOLD, EVERYWHERE, ELSEWHERE = ask_provider("not-told"), passes_over("everywhere"), fails("elsewhere")
REGION_UNSAID = ask_group("region-unsaid", Fact.REGION)
PLACE_UNSAID = ask_group("place-unsaid", Fact.REGION, Fact.AREA)
PART_UNSAID = ask_group("part-unsaid", Fact.AREA)
IN_REGION, IN_PART = fits("in-region"), fits("in-part")


def judge_area(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    if terms.areas is None:
        return NOT_TOLD
    if not terms.areas or areas.UK in terms.areas:
        return EVERYWHERE
    if facts.region is None:
        return PLACE_UNSAID if facts.area is None and areas.serve_a_part(terms.areas) else REGION_UNSAID
    reach = areas.find_reach(terms.areas, facts.region)
    if reach.whole:
        return IN_REGION
    if reach.part and facts.area is None:
        return PART_UNSAID
    return IN_PART if facts.area in terms.areas else ELSEWHERE


def word_area(facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
    if found == NOT_TOLD:
        return "It is not known which areas it serves."
    served = areas.name_areas(terms.areas or [areas.UK])
    region = areas.name_areas([facts.region or ""])
    if found == EVERYWHERE:
        return f"It serves {served}."
    if found in (REGION_UNSAID, PLACE_UNSAID):
        return f"It serves {served}; no region is given."
    if found == IN_REGION:
        return f"It serves {served}; you are in {region}."
    if found == PART_UNSAID:
        return f"It serves {served} only, a part of {region}; which part is yours is not said."
    if found == IN_PART:
        return f"It serves {served}, where you are."
    return f"It serves {served} only; you are in {region}."
