"""A group asks which money it could have: first as nobody in particular, then for its case, then for a plan; and
what its council buys."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

TITLE = "Finance: questions answered, a shortlist, a plan and its reasons, a notice matched, a contract's end seen"
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
CALL, CONTRACT = "ocds-h6vhtk-journey-1", "ocds-h6vhtk-journey-2"


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="council-intake", employer="council-officers", commissioner="council-officers"
    )
    _ask_as_nobody(scenario)
    case = _submit(scenario, personas)
    plan = _make_plan(scenario, personas)
    _improve(scenario, personas, plan)
    _see_notices(scenario, personas, case)
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


def _see_notices(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Load what the council publishes, and see what of it concerns the case, and why."""
    scenario.begin_step("Is our service being bought? The council's notices are loaded")
    scenario.wait_days(1, "the council publishes a call, and the contract that stands now")
    scenario.platform.load_notices(make_notices(scenario.today))
    scenario.drain_events()
    judged = read_json(personas.lead.api.get(f"/v1/case-notices/{case.id}", params={"verdict": "matches"}))["items"]
    scenario.require([each["ocid"] for each in judged] == [CALL], otherwise="the call for home care does not match")
    scenario.say(f"{judged[0]['title']}, reserved to {', '.join(judged[0]['reserved'])}, matches the case")
    for finding in judged[0]["findings"]:
        scenario.say(f"{finding['rule']}: {finding['answer']}; {finding['why']}")
    told = [each for each in scenario.read_feed("council-intake", case) if each["type"].endswith("contract-ending.v1")]
    scenario.require([each["data"]["ocid"] for each in told] == [CONTRACT], otherwise="no end of a contract was told")
    scenario.say(f"the contract that stands now ends on {told[0]['data']['endsOn']}: time to be ready by then")


def make_notices(today: date) -> JsonObject:
    """Make a package of releases as the council would publish them: a call, and an award of years ago."""
    buyer = {"id": "CMD", "name": "London Borough of Camden", "identifier": {"scheme": "GB-LAE", "id": "CMD"}}
    care = [{"id": "1", "classification": {"scheme": "CPV", "id": "85312400"}}]
    mutuals = {"reservedParticipation": ["publicServiceMissionOrganization"]}
    begins, ends = today + timedelta(300), today + timedelta(365)
    release = {"date": f"{today}T08:00:00Z", "initiationType": "tender", "parties": [{**buyer, "roles": ["buyer"]}]}
    tender = {"id": "T", "title": "Home care", "items": care}
    call = tender | {
        "status": "active",
        "otherRequirements": mutuals,
        "tenderPeriod": {"endDate": f"{today + timedelta(60)}T12:00:00Z"},
        "contractPeriod": {"startDate": f"{begins}T00:00:00Z", "durationInMonths": 60},
    }
    made = {"status": "active", "period": {"endDate": f"{ends}T12:00:00Z"}}
    award = {
        "tag": ["award"],
        "tender": tender | {"status": "complete"},
        "awards": [{"id": "A", "status": "active", "suppliers": [{"id": "S", "name": "Care at Home Limited"}]}],
        "contracts": [{"id": "C", "awardID": "A", **made}],
    }
    releases = [
        {**release, "ocid": CALL, "id": "call", "tag": ["tender"], "tender": call},
        {**release, "ocid": CONTRACT, "id": "award", **award},
    ]
    return {"version": "1.1", "releases": releases}


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


EVENTS = (
    "case-opened",
    "case-submitted",
    "support-proposed",
    "shortlist-made",
    "notice-matched",
    "contract-ending",
    "case-withdrawn",
)
