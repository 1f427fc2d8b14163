"""A group asks which money it could have: first as nobody in particular, then for its case, then for a plan."""

from datetime import date

from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

TITLE = "Finance: questions answered, a shortlist, a plan and its reasons"
BEGINS_ON = date(2027, 5, 3)

DRAFT: JsonObject = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Home care",
    "sector": "adult-social-care",
    "applicantCount": 9,
    "headcount": 40,
    "legalForm": "cic-limited-by-guarantee",
    "annualValuePence": 180_000_000,
    "financeSoughtPence": 20_000_000,
    "conflictsDeclared": True,
}
ANSWERS: JsonObject = {
    "sector": "adult-social-care",
    "region": "E12000007",
    "legalForm": "cic-limited-by-guarantee",
    "financePurposes": ["working-capital"],
    "annualValuePence": 180_000_000,
    "tradingMonths": 0,
    "matchFundingPercent": 10,
    "financeSoughtPence": 10_000_000,
}
"""What the group would say of itself, fact by fact."""
NEEDED_PENCE = 20_000_000


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="council-intake", employer="council-officers", commissioner="council-officers"
    )
    _ask_as_nobody(scenario)
    case = _submit(scenario, personas)
    plan = _make_plan(scenario, personas)
    _improve(scenario, personas, plan)
    personas.lead.act(case, "withdraw", membersInFavour=8, reason="The group applies again once its loan is promised.")
    scenario.check_end(case, events=EVENTS, group="council-intake", others=("council-officers",))


def _ask_as_nobody(scenario: Scenario) -> None:
    """Ask with one fact, and answer what settles the most products, until nothing depends on the group any more."""
    scenario.begin_step("Could we have this? Asked by nobody in particular")
    anybody, known = scenario.open_anonymous_client(), {"sector": ANSWERS["sector"]}
    while True:
        found = read_json(anybody.post("/v1/eligibility", json=known))
        fitting, unsettled = found["fitting"], found["unsettled"]
        scenario.say(f"{len(known)} said: {fitting} products may fit, {unsettled} of them depend on more")
        open_ = [fact for question in found["questions"][:1] for fact in question["facts"] if fact not in known]
        if not open_ or open_[0] not in ANSWERS:
            break
        scenario.say(f"the fact that settles most is {open_[0]}")
        known |= {open_[0]: ANSWERS[open_[0]]}
    scenario.require(found["unsettled"] == 0, otherwise="there are questions that the group cannot answer")


def _submit(scenario: Scenario, personas: Personas) -> Case:
    scenario.begin_step("A case, and its shortlist")
    case = personas.lead.open(**DRAFT)
    personas.lead.act(case, "submit")
    scenario.drain_events()
    shortlist = read_json(personas.lead.api.get(f"/v1/shortlists/{case.id}"))
    best = shortlist["products"][0]
    scenario.say(f"{shortlist['fitting']} products fit; first comes {best['productName']} of {best['provider']}")
    scenario.say(f"it says: {best['why']}")
    return case


def _make_plan(scenario: Scenario, personas: Personas) -> JsonObject:
    """Ask what together covers the need, at the least cost."""
    scenario.begin_step("What covers £200,000?")
    asked = {"group": {"region": "E12000007", "legalForm": DRAFT["legalForm"]}, "neededPence": NEEDED_PENCE}
    plan: JsonObject = read_json(personas.lead.api.post("/v1/finance-plans", json=asked))
    _tell(scenario, plan)
    return plan


def _improve(scenario: Scenario, personas: Personas, plan: JsonObject) -> None:
    """Say what to assume of a product whose price nobody knows, and compare."""
    scenario.begin_step("With a rate that the group was told of")
    unknown = next(each for each in plan["notPriced"] if each["reason"] == "rate-not-known")
    scenario.say(f"the price of {unknown['productName']} is not known; the group was told 4.5%")
    asked = {
        "group": {"region": "E12000007", "legalForm": DRAFT["legalForm"]},
        "neededPence": NEEDED_PENCE,
        "assumedRates": [{"productId": unknown["productId"], "basisPoints": 450}],
    }
    better = read_json(personas.lead.api.post("/v1/finance-plans", json=asked))
    _tell(scenario, better)
    reach = (better["coveredPence"], -better["costPence"])
    scenario.require(reach >= (plan["coveredPence"], -plan["costPence"]), otherwise="more to choose from made it worse")


def _tell(scenario: Scenario, plan: JsonObject) -> None:
    for part in plan["parts"]:
        rate = f", {part['aprPercent']}% APR" if part["aprPercent"] is not None else ", given"
        scenario.say(f"£{part['amountPence'] / 100:,.0f} of {part['productName']}: {part['extent']}{rate}")
    scenario.say(
        f"covered £{plan['coveredPence'] / 100:,.0f} of £{plan['toCoverPence'] / 100:,.0f}, for "
        f"£{plan['costPence'] / 100:,.0f} in all"
    )
    scenario.require(
        plan["coveredPence"] + plan["shortfallPence"] == plan["toCoverPence"], otherwise="the plan does not add up"
    )
    scenario.require(plan["illustrative"], otherwise="a plan is presented as an offer")


EVENTS = ("case-opened", "case-submitted", "support-proposed", "shortlist-made", "case-withdrawn")
