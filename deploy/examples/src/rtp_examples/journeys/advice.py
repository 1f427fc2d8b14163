"""A group finds somebody by a round, loses them, and gets another by a repair and somebody of another kind beside; both
sides say how it was, blind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps.matching import RoundOperator
from rtp_examples.receiver import JsonObject

TITLE = "Advice: matched in a round, a repair, two kinds of support at the same time, sessions and blind feedback"
BEGINS_ON = date(2027, 6, 7)

DRAFT: JsonObject = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Libraries",
    "sector": "libraries-and-archives",
    "applicantCount": 9,
    "headcount": 40,
    "supportNeeds": ["business-planning", "governance", "marketing"],
    "conflictsDeclared": True,
}
NETWORKS = ("adviser-network", "mentor-network")


class Engaged:
    """An engagement that both sides work on: the group's client, and that of the adviser's network."""

    def __init__(self, scenario: Scenario, group: ActorClient, engagement: JsonObject) -> None:
        self.scenario, self.group = scenario, group.api
        self.path = f"/v1/engagements/{engagement['id']}"
        self.adviser_id: str = engagement["adviserId"]
        self.name, self.network = _find_adviser(scenario, self.adviser_id)

    def act(self, api: Any, action: str, **payload: Any) -> JsonObject:
        """Take an action of one side, on the newest version, and say what it comes to."""
        newest = {"If-Match": api.get(self.path).headers["etag"]}
        done: JsonObject = read_json(api.post(f"{self.path}/actions/{action}", json=payload or None, headers=newest))
        self.scenario.say(f"{'the group' if api is self.group else 'the network'}: {action} -> {done['status']}")
        return done

    def begin(self) -> None:
        """Accept for the network, and meet."""
        self.act(self.network, "accept")
        self.act(self.network, "record-first-contact", on=str(self.scenario.today))

    def post(self, api: Any, path: str, **body: Any) -> JsonObject:
        told: JsonObject = read_json(api.post(f"{self.path}/{path}", json=body))
        return told


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="council-intake", employer="council-officers", commissioner="council-officers"
    )
    other = ActorClient(scenario, "staff-portal", "p-lead", label="another group's lead")
    case, beside = _submit(scenario, personas.lead), _submit(scenario, other)
    operator = RoundOperator(scenario)
    scenario.begin_step("A round over all groups that wait")
    path = operator.match()
    first = _offer(scenario, personas.lead, case)
    with _dropped_out(scenario, first):
        _repair(scenario, operator, path, first)
        second = _offer(scenario, personas.lead, case)
        scenario.require(second.adviser_id != first.adviser_id, otherwise="the group is proposed who dropped out")
        _ask_beside(scenario, personas.lead, case)
        _work(scenario, personas.lead, case, second)
        _tell_blind(scenario, second)
        other.act(beside, "withdraw", membersInFavour=8, reason="The group looks for a partner first.")
        personas.lead.act(case, "withdraw", membersInFavour=8, reason="The group takes a year to prepare.")
        _look_back(scenario, second)
        _erase(scenario, second)
    scenario.check_end(case, events=EVENTS, group="council-intake", others=("council-officers",))


def _submit(scenario: Scenario, lead: ActorClient) -> Case:
    scenario.begin_step(f"{lead.label.capitalize()} submits, and is proposed advisers at once")
    case = lead.open(**DRAFT)
    lead.act(case, "submit")
    scenario.drain_events()
    for each in _read_request(lead, case)["proposals"]:
        reasons = sorted(each["parts"], key=lambda part: -part["points"])
        scenario.say(f"{each['score']} points: {each['adviserName']}. {reasons[0]['reason']}")
    return case


def _read_request(lead: ActorClient, case: Case) -> JsonObject:
    [line] = read_json(lead.api.get("/v1/support-requests", params={"caseId": case.id}))["items"]
    request: JsonObject = read_json(lead.api.get(f"/v1/support-requests/{line['id']}"))
    return request


def _find_adviser(scenario: Scenario, adviser_id: str) -> tuple[str, Any]:
    """Return an adviser's name, and the client of their network."""
    for client_id in NETWORKS:
        api = scenario.open_client(client_id)
        profile = read_json(api.get(f"/v1/advisers/{adviser_id}"))
        if profile["conflicts"] is not None:  # shown to their own network alone
            return profile["name"], api
    raise LookupError(adviser_id)


def _offer(scenario: Scenario, lead: ActorClient, case: Case) -> Engaged:
    """Offer the group to whom it is proposed first; the network sees the case once both sides agree."""
    scenario.begin_step("The group offers itself to whom it is proposed first")
    request = _read_request(lead, case)
    best = request["proposals"][0]
    body = {"supportRequestId": request["id"], "adviserId": best["adviserId"], "consent": True}
    offered = read_json(lead.api.post("/v1/engagements", json=body))
    engaged = Engaged(scenario, lead, offered)
    scenario.say(f"asked: {engaged.name}, whose network may answer until {offered['answerBy']}")
    seen = read_json(engaged.network.get(f"/v1/support-requests/{request['id']}"))
    scenario.require(seen["number"] is None, otherwise="the network knows the case before it has accepted")
    scenario.say("their network sees sector, region and topics; of the case it is not told the number")
    engaged.begin()
    seen = read_json(engaged.network.get(f"/v1/support-requests/{request['id']}"))
    scenario.require(seen["number"] == case.number, otherwise="the network does not see the case")
    own, all_ = len(seen["proposals"]), len(request["proposals"])
    scenario.say(f"now it sees case {seen['number']}; of its {all_} proposals it sees {own}, those of its own people")
    scenario.drain_events()
    return engaged


def _ask_beside(scenario: Scenario, lead: ActorClient, case: Case) -> None:
    """Ask for somebody of another kind while one is at work: a mentor beside an adviser, else an adviser."""
    scenario.begin_step("Somebody of another kind, at the same time")
    request = _read_request(lead, case)
    at_work = {each["kind"] for each in request["strands"] if each["status"] == "agreed"}
    wanted = "mentor" if "adviser" in at_work else "adviser"
    scenario.say(
        f"at work: {', '.join(at_work)}; the group says that it needs {wanted} support besides, on legal matters"
    )
    need = {"kindSought": wanted, "topic": "legal"}
    read_json(lead.api.post(f"/v1/support-requests/{request['id']}/needs", json=need))
    proposals = _read_request(lead, case)["proposals"]
    best = next(each for each in proposals if each["adviserKind"] == wanted)
    body = {"supportRequestId": request["id"], "adviserId": best["adviserId"], "consent": True}
    beside = Engaged(scenario, lead, read_json(lead.api.post("/v1/engagements", json=body)))
    scenario.say(f"asked: {beside.name}, {wanted}")
    beside.begin()
    strands = {each["kind"]: each["status"] for each in _read_request(lead, case)["strands"]}
    scenario.require(
        {*at_work, wanted} <= {kind for kind, status in strands.items() if status == "agreed"},
        otherwise="they are not both at work",
    )
    seen = {each["kind"] for each in read_json(beside.network.get(f"/v1/support-requests/{request['id']}"))["strands"]}
    scenario.say(f"the group: {', '.join(f'{kind} {status}' for kind, status in strands.items())}")
    scenario.say(f"that network is told of its own kinds: {', '.join(sorted(seen))}")
    scenario.drain_events()


@contextmanager
def _dropped_out(scenario: Scenario, engaged: Engaged) -> Iterator[None]:
    """Let the adviser take part no more, until the journey is over."""
    scenario.begin_step(f"{engaged.name} drops out")
    path = f"/v1/advisers/{engaged.adviser_id}"
    engaged.act(engaged.network, "end-early", reason="adviser-unavailable")
    read_json(engaged.network.patch(path, json={"active": False}, headers={"If-Match": "*"}))
    scenario.say("the profile says that they take no part now; nobody else is proposed to them")
    try:
        yield
    finally:
        read_json(engaged.network.patch(path, json={"active": True}, headers={"If-Match": "*"}))


def _repair(scenario: Scenario, operator: RoundOperator, path: str, first: Engaged) -> None:
    scenario.begin_step("The round is repaired")
    repair = operator.repair(path)
    moved = [each for each in repair["moves"] if each["before"] == first.adviser_id]
    scenario.require(moved, otherwise="who had the adviser is not moved")
    scenario.require(all(each["directly"] for each in moved), otherwise="the moved are not those who lost their own")
    scenario.drain_events()


def _work(scenario: Scenario, lead: ActorClient, case: Case, engaged: Engaged) -> None:
    scenario.begin_step("Goals, sessions, and what is left of the entitlement")
    goal = engaged.post(engaged.group, "goals", text="A business plan that the bank reads to its end")
    for minutes, notes in ((90, "Went through the costs; the rent is missing"), (120, "The plan is ready")):
        engaged.post(engaged.network, "sessions", heldOn=str(scenario.today), minutes=minutes, notes=notes)
        left = read_json(lead.api.get(f"/v1/support-requests/{_read_request(lead, case)['id']}/entitlement"))
        kinds = {kind: each for kind, each in left.items() if each["used"]}
        for kind, each in kinds.items():
            scenario.say(
                f"{minutes} minutes: of {each['entitled'] / 60:g} hours of {kind}, {each['left'] / 60:g} are left"
            )
        scenario.wait_days(3, "some days later")
    changed = engaged.group.patch(
        f"{engaged.path}/goals/{goal['id']}", json={"state": "met"}, headers={"If-Match": '"1"'}
    )
    scenario.say(f"the goal is {read_json(changed)['state']}")
    engaged.act(engaged.group, "complete")


def _tell_blind(scenario: Scenario, engaged: Engaged) -> None:
    scenario.begin_step("Feedback, blind until both are in")
    engaged.post(engaged.group, "feedback", rating=4, comment="Helped us to say what we cost")
    seen = read_json(engaged.network.get(f"{engaged.path}/feedback"))["items"]
    scenario.require(seen == [], otherwise="the network reads the group's feedback before it has given its own")
    scenario.say("the group has given its feedback; the network sees none, and not that there is any")
    both = engaged.post(engaged.network, "feedback", rating=5, comment="A group that does its homework")["items"]
    for each in both:
        scenario.say(f"both are in: the {each['side']} gives {each['rating']} of 5. {each['comment']}")
    scenario.require(len(both) == len(NETWORKS), otherwise="both are in, and are not shown")


def _look_back(scenario: Scenario, engaged: Engaged) -> None:
    scenario.begin_step("How it goes, 30 days after")
    scenario.wait_days(32, "the group is asked how it goes")
    [due] = read_json(engaged.group.get("/v1/follow-ups", params={"state": "due", "engagementId": engaged.path[-36:]}))[
        "items"
    ]
    answer = engaged.post(
        engaged.group, f"follow-ups/{due['days']}/actions/answer", progress="as-hoped", note="The bank has said yes"
    )
    scenario.say(f"answered: {answer['progress']}")


def _erase(scenario: Scenario, engaged: Engaged) -> None:
    """Have the group's words erased; the hours stay, and so does what the network wrote."""
    scenario.begin_step("The group has its words erased")
    body = {"scope": "engagement", "id": engaged.path[-36:], "reason": "person-asked"}
    shown = engaged.group.post("/v1/support-erasures", params={"dryRun": "true"}, json=body)
    counts = {name: number for name, number in read_json(shown)["counts"].items() if number}
    scenario.say(f"would go: {', '.join(f'{name} {number}' for name, number in counts.items())}")
    done = engaged.group.post("/v1/support-erasures", json=body, headers={"If-Match": shown.headers["etag"]})
    scenario.require(read_json(done)["counts"].items() >= counts.items(), otherwise="other things went than were shown")
    told = {each["side"]: each for each in read_json(engaged.network.get(f"{engaged.path}/feedback"))["items"]}
    scenario.require(told["group"]["comment"] is None, otherwise="the comment is shown still")
    scenario.say(f"gone; the rating of {told['group']['rating']} stays, and the network's own words")


EVENTS = (
    "case-opened",
    "case-submitted",
    "support-proposed",
    "shortlist-made",
    "support-agreed",
    "party-changed",
    "support-agreed",
    "party-changed",
    "support-agreed",
    "party-changed",
    "case-withdrawn",
)
