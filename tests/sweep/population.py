"""The population of the sweep: cases with all that hangs on them, made by the API as people make them."""

import json
import re
import uuid
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from rtp_applications.intake.scheduler import import_batch
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.applications.transparency.logs import publish
from tests.conftest import Api
from tests.gateway.conftest import run_sql
from tests.support.actors import ActorClient
from tests.support.cases import EMPLOYER, TRUST, open_case
from tests.support.documents import added, pdf, put
from tests.support.pages import read_pages
from tests.support.people import act, appointed, end
from tests.support.webhooks import ask, subscribe
from tests.sweep.clients import ORGANISATIONS, RIVAL, Clients
from tests.sweep.operations import AWARDED, FAIRNESS_BOUNDS
from tests.sweep.oracle import CaseFile, Secrecy, Thing
from tests.sweep.stages import plant_stages

Json = dict[str, Any]
WORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|RTP(?:-\d{3}){2}-\d{4}")
"""Ids, the marks that are planted here, and case numbers: what gives a thing away where it is told."""


@dataclass(frozen=True)
class Population:
    platform: Platform
    clients: Clients
    things: tuple[Thing, ...]
    """Those that the API made are first, and have all that a case can have."""
    made: int

    @cached_property
    def rich(self) -> tuple[Thing, ...]:
        return self.things[: self.made]

    @cached_property
    def draft(self) -> Thing:
        return next(each for each in self.rich if each.name == "a draft")


def mark() -> str:
    """A word that stands nowhere else."""
    return uuid.uuid4().hex


async def plant(platform: Platform, clients: Clients) -> Population:
    planter = Planter(platform, clients)
    await planter.subscribe()
    await planter.save_searches()
    await planter.plant_drafts()
    await planter.plant_submitted("group", EMPLOYER, "employer")
    await planter.plant_submitted("another group", RIVAL, "rival")
    await planter.plant_historic()
    await planter.plant_import()
    await platform.drain_events()
    await planter.let_deliveries_die()
    await planter.plant_erasure()
    await planter.plant_round()
    await planter.plant_bounds()
    await planter.plant_client()
    await planter.plant_privacy()
    staged = await plant_stages(platform, clients)
    await platform.drain_events()
    await publish(platform)
    return Population(platform, clients, (*planter.things, *staged), len(planter.things))


class Planter:
    def __init__(self, platform: Platform, clients: Clients) -> None:
        self.platform, self.clients = platform, clients
        self.things: list[Thing] = []
        self._subscriptions: dict[str, Json] = {}
        self._people: list[tuple[str, str]] = []
        self._leaving: Json = {}

    def api(self, name: str) -> Api:
        return cast("Api", self.clients[name].api)

    def add(self, name: str, secrecy: Secrecy, *words: Any, **more: Any) -> None:
        self.things.append(Thing(name, more.pop("at", {}), secrecy, words=frozenset(map(str, words)), **more))

    async def subscribe(self) -> None:
        """Subscriptions of several clients, whose sinks take nothing."""
        for name in ("group", "officers", "adviser"):
            word = mark()
            made = await subscribe(self.api(name), f"http://127.0.0.1:9/{word}")
            self._subscriptions[name] = made
            ids = {"subscription_id": made["id"]}
            self.add(f"a subscription of {name}", Secrecy.OWNER, made["id"], word, at=ids, owner=name)

    async def save_searches(self) -> None:
        """What clients look for in the directory of finance."""
        for name in ("group", "officers"):
            word = mark()
            body = {"name": f"Search {word}", "criteria": {"q": word}}
            answer = await self.api(name).post("/v1/saved-searches", json=body)
            assert answer.status_code == 201, answer.text
            ids = {"search_id": answer.json()["id"]}
            self.add(f"a saved search of {name}", Secrecy.OWNER, answer.json()["id"], word, at=ids, owner=name)

    async def plant_client(self) -> None:
        """A client that the administrator of an organisation made."""
        word, client_id = mark(), str(uuid.uuid4())
        body = {"clientId": client_id, "name": f"Client {word}", "scopes": ["cases:read"]}
        answer = await self.api("administrator").post("/v1/clients", json=body)
        assert answer.status_code == 201, answer.text
        self.add("a client", Secrecy.OWNER, client_id, word, at={"client_id": client_id}, owner="administrator")

    async def let_deliveries_die(self) -> None:
        dead = (
            "UPDATE deliveries SET state = 'dead', next_attempt_at = NULL WHERE subscription_id = :id AND position = "
        )
        first = "(SELECT min(position) FROM deliveries WHERE subscription_id = :id)"
        for name, made in self._subscriptions.items():
            await run_sql(self.platform, dead + first, id=uuid.UUID(made["id"]))
            # It gets what follows too, and nothing of that is tried.
            await ask(self.api(name), made, "actions/pause")
            answer = await self.api(name).get(f"/v1/subscriptions/{made['id']}/dead-letters")
            [letter] = answer.json()["items"]
            ids = {"subscription_id": made["id"], "event_id": letter["eventId"]}
            self.add(f"a dead letter of {name}", Secrecy.OWNER, at=ids, owner=name)

    async def plant_drafts(self) -> None:
        group, adviser = self.api("group"), self.api("adviser")
        bodies = frozenset(str(ORGANISATIONS[each]) for each in ("employer", "trust"))
        for name in ("a draft", "a draft that others were let into", "a draft that was withdrawn"):
            shared = "let into" in name
            let_in = frozenset({f"client:{adviser.client_id}"} if shared else ())
            left = frozenset({f"client:{self.api('former adviser').client_id}"} if shared else ())
            file = CaseFile("group", bodies, submitted=False, let_in=let_in, left=left)
            case = await self._open("group", name, file, employer=EMPLOYER, commissioner=TRUST)
            await self._add_people(group, name, case, file)
            desk = ActorClient(group, group.person)
            await self._add_document(desk, name, case, file, Secrecy.CASE, "internal")
            await self._add_document(desk, name, case, file, Secrecy.INSIDERS, "confidential")
            await self._report(group, name, case, file)
            if shared:
                await self._let_in(group, name, case, file)
            if "withdrawn" in name:
                await act(group, case, "withdraw")
            await self._add_entries(name, case, file)

    async def plant_submitted(self, opener: str, employer: str, council: str) -> None:
        """A case of the group with all that happens to one, or a plain one of another group."""
        group, name, whole = self.api(opener), f"a submitted case of {opener}", opener == "group"
        first, file = len(self.things), self._describe_submitted(opener, council, whole=whole)
        case = await self._open(opener, name, file, employer=employer, **({"commissioner": TRUST} if whole else {}))
        await self._add_people(group, name, case, file)
        member = await appointed(group, case, "applicant-member", f"p-{(left := mark())}", mandate=f"Vote {mark()}")
        await end(group, case, member)
        self.add(f"who left {name}", Secrecy.GROUP, left, member["id"], file=file)
        if whole:
            await self._let_in(group, name, case, file)
        await self._submit(group, name, case, file)
        networks = await self._find_support(group, name, case, file)
        before = await self._list_events(group, case)
        if whole:
            await self._work(name, case, file)
            await self._add_entries(name, case, file)
        later = await self._list_events(group, case) - before
        self.add(f"later events of {name}", Secrecy.CASE, *later, file=file, later=True)
        version = (await group.get(f"/v1/cases/{case['id']}")).json()["version"]
        for place in range(first, len(self.things)):
            thing = replace(self.things[place], file=replace(file, networks=networks))
            of_the_case = thing.parameters == {"case_id": case["id"]}
            self.things[place] = replace(thing, version=version) if of_the_case else thing

    def _describe_submitted(self, opener: str, council: str, *, whole: bool) -> CaseFile:
        bodies = [council, "trust"] if whole else [council]
        reviewing = f"org:{ORGANISATIONS['reviewing']}"
        adviser, former = (f"client:{self.api(each).client_id}" for each in ("adviser", "former adviser"))
        return CaseFile(
            opener,
            frozenset(str(ORGANISATIONS[each]) for each in bodies),
            let_in=frozenset({adviser, reviewing} if whole else ()),
            joined_later=frozenset({reviewing}),
            earlier=frozenset({former} if whole else ()),
        )

    async def _submit(self, group: Api, name: str, case: Json, file: CaseFile) -> None:
        trace = mark()
        answer = await group.get(f"/v1/cases/{case['id']}")
        headers = {"If-Match": answer.headers["etag"], "Correlation-Id": trace}
        answer = await group.post(f"/v1/cases/{case['id']}/actions/submit", headers=headers)
        assert answer.status_code == 200, answer.text
        self.add(f"the trace of {name}", Secrecy.THEN, at={"correlation_id": trace}, file=file)
        await self.platform.drain_events()

    async def plant_historic(self) -> None:
        words = [mark(), mark()]
        past = {
            "employer": EMPLOYER,
            "serviceName": f"Service {words[0]}",
            "sector": "adult-social-care",
            "openedOn": "2009-05-01",
            "status": "refused",
            "endedOn": "2009-08-31",
            "outcome": f"Refused {words[1]}",
            "source": "Health Service Journal, 2011",
        }
        answer = await self.api("importer").post("/v1/historic-cases", json=past)
        assert answer.status_code == 201, answer.text
        case = answer.json()
        file = CaseFile("importer", frozenset({str(ORGANISATIONS["employer"])}))
        ids = {"case_id": case["id"]}
        self.add("a historic case", Secrecy.CASE, case["id"], case["number"], *words, at=ids, file=file)

    async def plant_import(self) -> None:
        """A living case of the employer's own system, and the file by which it came."""
        officers, reference, word, broken = self.api("officers"), mark(), mark(), mark()
        row = {
            "reference": reference,
            "status": "eoi-screening",
            "submittedOn": "2026-10-01",
            "statusSince": "2026-10-12",
            "employer": EMPLOYER,
            "serviceName": f"Service {word}",
            "sector": "adult-social-care",
        }
        lines = "".join(json.dumps(each) + "\n" for each in (row, {**row, "reference": broken, "status": "draft"}))
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await officers.post("/v1/case-imports", content=lines.encode(), headers=headers)
        assert answer.status_code == 202, answer.text
        while await import_batch(self.platform.background["applications"]):
            pass
        ids = {"import_id": answer.json()["id"]}
        self.add("a file of cases", Secrecy.OWNER, answer.json()["id"], broken, at=ids, owner="officers")
        [found] = (await officers.get("/v1/case-references", params={"reference": reference})).json()["items"]
        file = CaseFile("nobody at all", frozenset({str(ORGANISATIONS["employer"])}))
        at = {"case_id": found["case"]}
        self.add("an imported case", Secrecy.CASE, found["case"], found["number"], word, at=at, file=file)

    async def plant_erasure(self) -> None:
        case_id, person = self._people[-1]
        answer = await self.api("eraser").post("/v1/erasures", json={"kind": "party", "id": person})
        assert answer.status_code == 201, answer.text
        ids = {"erasure_id": answer.json()["id"]}
        assert answer.json()["findings"]["items"][0]["subjectId"] == case_id
        owner = {"owner": "eraser", "scope": "events:erase"}
        self.add("an erasure", Secrecy.OWNER, answer.json()["id"], at=ids, **owner)

    async def plant_round(self) -> None:
        answer = await self.api("matcher").post("/v1/matching-rounds", json={})
        assert answer.status_code == 201, answer.text
        ids = {"round_id": answer.json()["id"]}
        self.add("a matching round", Secrecy.OWNER, answer.json()["id"], at=ids, owner="matcher")
        path = f"/v1/matching-rounds/{answer.json()['id']}"
        certificate = (await self.api("matcher").get(f"{path}/certificate")).json()
        given, answers = certificate["input"], certificate["answers"]
        place, chosen = next((place, each["chosen"]) for place, each in enumerate(answers) if each["chosen"])
        pair = {"requestId": given["requests"][place]["id"], "adviserId": given["advisers"][chosen["adviser"]]["id"]}
        for kind, body in (("repair", {}), ("override", {**pair, "reason": "Sweep"})):
            answer = await self.api("matcher").post(f"{path}/{kind}s", json=body)
            assert answer.status_code == 201, answer.text
            at = {**ids, f"{kind}_id": answer.json()["id"]}
            self.add(f"the {kind} of a round", Secrecy.OWNER, answer.json()["id"], at=at, owner="matcher")

    async def plant_bounds(self) -> None:
        person = mark()
        headers = {"If-Match": '"0"', "On-Behalf-Of": f"p-{person}"}
        answer = await self.api("matcher").put("/v1/fairness/bounds", json=FAIRNESS_BOUNDS, headers=headers)
        assert answer.status_code == 200, answer.text
        self.add("who set bounds of fairness", Secrecy.OWNER, f"p-{person}", at={}, owner="matcher")

    async def plant_privacy(self) -> None:
        """Somebody who was erased from a draft, and a complaint to a body that has no client here."""
        group = self.api("another group")
        draft = await open_case(group)
        party = await appointed(group, draft, "applicant-member", f"p-{(left := mark())}")
        await end(group, draft, party)
        answer = await group.post("/v1/personal-erasures", json={"reference": f"p-{left}", "reason": "person-asked"})
        assert answer.status_code == 201, answer.text
        ids = {"personal_erasure_id": answer.json()["id"]}
        words = (answer.json()["id"], answer.json()["pseudonym"].removeprefix("erased-"))
        self.add("an erasure of a person", Secrecy.OWNER, *words, at=ids, owner="another group")
        said = {"body": "GB-LAE-WAR", "subject": f"Complaint {(word := mark())}"}
        answer = await self.api("group").post("/v1/data-protection-complaints", json=said)
        assert answer.status_code == 201, answer.text
        ids = {"complaint_id": answer.json()["id"]}
        self.add("a complaint", Secrecy.OWNER, answer.json()["id"], word, at=ids, owner="group")
        said = {"person": f"p-{(asks := mark())}", "scope": f"All of {(word := mark())}"}
        answer = await self.api("group").post("/v1/subject-access-requests", json=said)
        assert answer.status_code == 201, answer.text
        ids = {"access_request_id": answer.json()["id"]}
        self.add("a request for access", Secrecy.OWNER, answer.json()["id"], word, asks, at=ids, owner="group")

    async def _list_events(self, group: Api, case: Json) -> set[str]:
        feed = await read_pages(group, "/v1/events", limit=200)
        return {each["id"] for each in feed if each.get("caseid") == case["id"]}

    async def _add_entries(self, name: str, case: Json, file: CaseFile) -> None:
        """Entries of the history, of which there are receipts: the first of each chain."""
        found: dict[str, str] = {}
        for reader in ("group", "officers") if file.submitted else ("group",):
            for entry in await read_pages(self.api(reader), f"/v1/cases/{case['id']}/history", limit=200):
                found.setdefault(entry["chain"], entry["hash"])
        of_chain = {"draft": Secrecy.GROUP, "case": Secrecy.CASE, "bodies": Secrecy.BODIES}
        for chain, entry_hash in found.items():
            ids = {"case_id": case["id"], "entry_hash": entry_hash}
            self.add(f"an entry of the chain {chain} of {name}", of_chain[chain], at=ids, file=file)

    async def _open(self, opener: str, name: str, file: CaseFile, **details: Any) -> Json:
        words = [mark(), mark()]
        case = await open_case(
            self.api(opener), serviceName=f"Service {words[0]}", summary=f"Summary {words[1]}", **details
        )
        ids = {"case_id": case["id"]}
        self.add(name, Secrecy.CASE, *words, at=ids, file=file, version=case["version"], number=case["number"])
        self.add(f"the id of {name}", Secrecy.SUPPORT, case["id"], file=file)
        self.add(f"the number of {name}", Secrecy.CASE, case["number"], file=file)
        return case

    async def _add_people(self, group: Api, name: str, case: Json, file: CaseFile) -> None:
        called, person, mandate = mark(), mark(), mark()
        party = await appointed(
            group, case, "applicant-member", f"p-{person}", name=f"Name {called}", mandate=f"Vote {mandate}"
        )
        self._people.append((case["id"], party["id"]))
        ids = {"case_id": case["id"], "party_id": party["id"]}
        self.add(f"a member in {name}", Secrecy.CASE, party["id"], person, mandate, at=ids, file=file)
        self.add(f"a member's name in {name}", Secrecy.INSIDERS, called, file=file)

    async def _let_in(self, group: Api, name: str, case: Json, file: CaseFile) -> None:
        adviser, called = self.api("adviser"), mark()
        holder = {"client": adviser.client_id}
        await appointed(group, case, "adviser", "p-adviser", name=f"Name {called}", holder=holder)
        self.add(f"an adviser's name in {name}", Secrecy.GROUP, called, file=file)
        former = {"client": self.api("former adviser").client_id}
        party = await appointed(group, case, "mentor", f"p-{(left := mark())}", holder=former)
        if file.submitted:
            self._leaving = party
        else:
            await end(group, case, party)
            self.add(f"a mentor who left {name}", Secrecy.GROUP, left, party["id"], file=file)
        await self._report(adviser, name, case, file, owner="adviser", by="p-adviser")

    async def _add_document(
        self,
        desk: ActorClient,
        name: str,
        case: Json,
        file: CaseFile,
        secrecy: Secrecy,
        confidentiality: str,
        **more: Any,
    ) -> None:
        title, words = mark(), mark()
        document = await added(desk, case, "other", title=f"Title {title}", confidentiality=confidentiality, **more)
        answer = await put(desk, document, pdf(words))
        assert answer.status_code == 201, answer.text
        document = answer.json()
        ids = {"case_id": case["id"], "document_id": document["id"]}
        about = f"a document ({confidentiality}, {secrecy}) in {name}"
        self.add(about, secrecy, title, words, at=ids, file=file, version=document["revision"])
        # The history, which all who see the case read, tells that a document of the group's came.
        to_whom = Secrecy.BODIES if secrecy is Secrecy.BODIES else Secrecy.CASE
        self.add(f"the id of {about}", to_whom, document["id"], file=file)

    async def _report(
        self, api: Api, name: str, case: Json, file: CaseFile, *, owner: str = "", by: str = "", disclosed: bool = False
    ) -> None:
        word = mark()
        body = {"kind": "other", "description": f"Barrier {word}", "disclosed": disclosed}
        headers = {"On-Behalf-Of": by} if by else {}
        answer = await api.post(f"/v1/cases/{case['id']}/barriers", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        ids, secrecy = {"barrier_id": answer.json()["id"]}, Secrecy.CASE if disclosed else Secrecy.REPORTERS
        about = f"a barrier ({secrecy}) in {name}"
        self.add(about, secrecy, answer.json()["id"], word, at=ids, file=file, owner=owner)

    async def _find_support(self, api: Api, name: str, case: Json, file: CaseFile) -> frozenset[str]:
        """Return the networks of those who were proposed."""
        [line] = (await api.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"]
        request = (await api.get(f"/v1/support-requests/{line['id']}")).json()
        at = {"request_id": request["id"]}
        self.add(f"the support request of {name}", Secrecy.SUPPORT, request["id"], at=at, file=file)
        [need, *_] = (await api.get(f"/v1/support-requests/{request['id']}/needs")).json()["items"]
        self.add(f"a need of {name}", Secrecy.CASE, need["id"], at={**at, "need_id": need["id"]}, file=file)
        if file.opener == "group":  # the other one waits, for a round to match
            await self._ask(api, name, request, file)
        shortlist = (await api.get(f"/v1/shortlists/{case['id']}")).json()
        self.add(f"the shortlist of {name}", Secrecy.CASE, shortlist["id"], at={"shortlist": case["id"]}, file=file)
        return frozenset(each["networkId"] for each in request["proposals"])

    async def _ask(self, api: Api, name: str, request: Json, file: CaseFile) -> None:
        """Offer the group to the best of those proposed."""
        offer = {"supportRequestId": request["id"], "adviserId": request["proposals"][0]["adviserId"]}
        answer = await api.post("/v1/engagements", json=offer)
        assert answer.status_code == 201, answer.text
        ids = {"engagement_id": answer.json()["id"]}
        network = answer.json()["networkId"]
        about = {"file": file, "owner": network}
        self.add(f"the engagement of {name}", Secrecy.ENGAGED, answer.json()["id"], at=ids, **about)
        await self._erase(api, name, engagement=answer.json()["id"], file=file)
        await self._advise(
            next(api for api in self._apis() if str(api.organisation) == network), name, answer.json(), about
        )

    async def _erase(self, api: Api, name: str, *, engagement: str, file: CaseFile) -> None:
        """Have the group's words erased before there are any: that it was done is for the group's client alone."""
        asked = {"scope": "engagement", "id": engagement, "reason": "person-asked"}
        answer = await api.post("/v1/support-erasures", json=asked)
        assert answer.status_code == 201, answer.text
        ids = {"support_erasure_id": answer.json()["id"]}
        self.add(f"an erasure in {name}", Secrecy.OWNER, answer.json()["id"], at=ids, owner=file.opener)

    def _apis(self) -> list[Api]:
        return [self.api(each) for each in ("adviser network", "mentor network")]

    async def _advise(self, network: Api, name: str, engagement: Json, about: Json) -> None:
        """What the network and the group tell each other, without the consent that shows the case."""
        address, words = f"/v1/engagements/{engagement['id']}", (mark(), mark())
        steps: tuple[tuple[str, Json | None], ...] = (("accept", None), ("record-first-contact", {"on": str(today())}))
        for action, body in steps:
            headers = {"If-Match": (await network.get(address)).headers["etag"]}
            answer = await network.post(f"{address}/actions/{action}", json=body, headers=headers)
            assert answer.status_code == 200, answer.text
        held = {"heldOn": str(today()), "minutes": 60, "notes": f"Notes {words[0]}"}
        for kind, told, word in (("session", held, words[0]), ("goal", {"text": f"Goal {words[1]}"}, words[1])):
            answer = await network.post(f"{address}/{kind}s", json=told)
            assert answer.status_code == 201, answer.text
            ids = {"engagement_id": engagement["id"], f"{kind}_id": answer.json()["id"]}
            self.add(f"a {kind} of {name}", Secrecy.ADVISED, answer.json()["id"], word, at=ids, **about)

    async def _work(self, name: str, case: Json, file: CaseFile) -> None:
        """What is done with a submitted case: by its body, by the central team, and by whoever leaves it."""
        group, officers = self.api("group"), self.api("officers")
        await end(group, case, self._leaving)
        for person in ("officer-1", "officer-2"):
            await appointed(officers, case, "case-officer", person)
        awarded = await officers.post("/v1/procurement/awards", json=AWARDED)
        assert awarded.status_code == 201, awarded.text
        held = {"reason": f"Claim {(word := mark())}"}
        answer = await officers.post(f"/v1/cases/{case['id']}/holds", json=held, headers={"On-Behalf-Of": "officer-1"})
        assert answer.status_code == 201, answer.text
        ids = {"case_id": case["id"], "hold_id": answer.json()["id"]}
        self.add(f"a hold on {name}", Secrecy.BODIES, answer.json()["id"], word, at=ids, file=file)
        reviewing = {"organisation": str(ORGANISATIONS["reviewing"])}
        await appointed(self.api("central team"), case, "escalation-reviewer", "reviewer-1", holder=reviewing)
        desk, officer = ActorClient(group, group.person), ActorClient(officers, "officer-1")
        await self._add_document(desk, name, case, file, Secrecy.INSIDERS, "confidential")
        await self._add_document(desk, name, case, file, Secrecy.CASE, "internal")
        await self._add_document(officer, name, case, file, Secrecy.BODIES, "internal", audience="bodies")
        await self._report(group, name, case, file)
        await self._report(group, name, case, file, disclosed=True)
        await act(officers, case, "acknowledge", {"sentOn": str(today())}, by="officer-1")
        await act(officers, case, "begin-screening", by="officer-1")
        reasons = mark()
        await act(officers, case, "find-not-eligible", {"reasons": f"Reasons {reasons}"}, by="officer-1")
        self.add(f"a refusal that waits for another signature in {name}", Secrecy.BODIES, reasons, file=file)
        await self.platform.drain_events()
