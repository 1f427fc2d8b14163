"""A spin-out that the employer starts itself, from the draft to the panel."""

from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import business_case, interest, panel
from rtp_examples.receiver import JsonObject

WITHOUT = ("ballot-result", "commissioner-support-letter", "subsidy-control-note")
"""Documents that these cases have no use for."""
EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("spin-out-confirmed", "party-changed"),
    *("business-case-begun", "business-case-submitted", *["document-frozen"] * 20),
    *("assurance-begun", *["party-changed"] * 3),
)
"""The events of a spin-out until the papers of its panel are published, in order."""


def bring_to_the_panel(
    scenario: Scenario, personas: Personas, draft: JsonObject, *, authority: str, where: str
) -> Case:
    """Put the spin-out to the employer, have it confirm that it is its own, and bring it through assurance."""
    case = interest.draft_and_submit(scenario, personas, draft, sponsor="p-director", authority=authority)
    _confirm(scenario, personas, case, authority=authority, where=where)
    personas.lead.appoint(case, "staff-rep", personas.staff_rep)
    business_case.appraise(scenario, personas, case)
    business_case.engage_staff(scenario, personas, case, ballot=False)
    business_case.write_and_submit(scenario, personas, case, route="employer-led", without=WITHOUT)
    panel.assure(scenario, personas, case, commissioner_consents=False)
    return case


def _confirm(scenario: Scenario, personas: Personas, case: Case, *, authority: str, where: str) -> None:
    """Confirm for the employer that the spin-out is its own: no portal begins one on a minute that does not exist."""
    scenario.begin_step("The employer's own word")
    minute = {"authority": authority, "decidedOn": scenario.today, "where": where, "sponsor": "p-director"}
    personas.lead.expect_refusal(case, "confirm-spin-out", because="role", **minute)
    personas.officer.act(case, "confirm-spin-out", **minute)


def set_constitution(scenario: Scenario, personas: Personas, body: str, constitution: JsonObject) -> None:
    """Have the body say who decides for it: everything else follows."""
    scenario.begin_step("The body's constitution")
    path = f"/v1/bodies/{body}"
    etag = personas.officer.api.get(path).headers["etag"]
    rule = {"validFrom": f"{scenario.today}", "value": constitution, "source": "Constitution, part 3"}
    said = personas.officer.api.put(f"{path}/rules/constitution", json=rule, headers={"If-Match": etag})
    scenario.require(
        any(each["value"] == constitution for each in read_json(said)["rules"]), otherwise="the rule is not set"
    )
