"""A client that acts on behalf of one person, as an integrator's system does."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from rtp_examples.journeys.api import Case, ScenarioFailed, read_json
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject


class ActorClient:
    """A client with a person whom its organisation vouches for. `person` is an opaque reference, never a name."""

    def __init__(self, scenario: Scenario, client_id: str, person: str, *, label: str) -> None:
        self.scenario = scenario
        self.client_id = client_id
        self.api = scenario.open_client(client_id)
        self.person = person
        self.label = label

    @property
    def _as(self) -> dict[str, str]:
        return {"On-Behalf-Of": self.person}

    def open(self, **draft: Any) -> Case:
        """Open a draft. Sent again with the same key, it is the same draft."""
        headers = {**self._as, "Idempotency-Key": f'"{uuid4()}"'}
        opened = read_json(self.api.post("/v1/cases", json=draft, headers=headers))
        case = Case(opened["id"], opened["number"], opened["status"], {self.client_id: opened["version"]})
        self.scenario.say(f"{self.label} opens case {case.number}, a draft that only {self.client_id} can see")
        return case

    def edit(self, case: Case, **changes: Any) -> None:
        """Change what a draft says."""
        answer = self.api.patch(case.path, json=changes, headers=self._build_headers(case))
        read_json(answer)
        case.update(answer, self.client_id)
        self.scenario.say(f"{self.label} writes {', '.join(changes)}")

    def record(self, facts: JsonObject) -> Case:
        """Write down a case of the past."""
        made = read_json(self.api.post("/v1/historic-cases", json=facts, headers=self._as))
        case = Case(made["id"], made["number"], made["status"], {self.client_id: made["version"]})
        self.scenario.say(f"{self.label} writes down {case.number}, a {made['route']} case that ended {case.status}")
        return case

    def act(self, case: Case, action: str, **payload: Any) -> JsonObject:
        """Take a named action and return the case as it is then. An action that others proposed is signed without
        a payload.
        """
        done: JsonObject = read_json(self._post_action(case, action, payload))
        moved = done["status"] != case.status
        awaited = [each for each in done["awaited"] if each["action"] == action]
        case.versions[self.client_id], case.status = done["version"], done["status"]
        then = f" -> {case.status}" if moved else ""
        if awaited:
            then = f" (signed; awaits {' and '.join(' or '.join(slot) for slot in awaited[0]['awaits'])})"
        self.scenario.say(f"{self.label}: {action}{_describe(payload)}{then}")
        return done

    def expect_refusal(self, case: Case, action: str, because: str, **payload: Any) -> None:
        """Try an action whose condition `because` is not met, or which is another role's."""
        answer = self._post_action(case, action, payload)
        if not answer.is_error:
            raise ScenarioFailed(f"{self.label} was allowed: {action}")
        problem = answer.json()
        reasons = {each["guard"]: each["reason"] for each in problem.get("guards", [])}
        if answer.status_code == httpx.codes.FORBIDDEN:
            reasons["role"] = problem["detail"]
        if because not in reasons:
            raise ScenarioFailed(f"{self.label}: {action} is refused for {reasons or problem}, not for {because}")
        self.scenario.say(f"{self.label}: {action} is refused, as {reasons[because]}")

    def appoint(self, case: Case, role: str, actor: "ActorClient", **more: Any) -> str:
        """Give somebody a role in the case. Where another client vouches for the person, it comes to see the case."""
        body = {"role": role, "person": actor.person, **more}
        if actor.client_id != self.client_id:
            body["holder"] = {"client": actor.client_id}
        party: str = read_json(self.api.post(f"{case.path}/parties", json=body, headers=self._as))["id"]
        self.scenario.say(f"{self.client_id} appoints {actor.label}: {role}")
        return party

    def upload(self, case: Case, kind: str, content: str) -> str:
        """Put a document on file, then send its content; its SHA-256 is what a decision can later be held to."""
        about = {"kind": kind, "title": kind.replace("-", " ").capitalize()}
        added = self.api.post(f"{case.path}/documents", json=about, headers=self._as)
        path = f"{case.path}/documents/{read_json(added)['id']}/content"
        headers = {**self._as, "If-Match": added.headers["etag"], "Content-Type": "text/plain"}
        sent = self.api.put(path, content=content.encode(), headers=headers, params={"fileName": f"{kind}.txt"})
        sha256: str = read_json(sent)["versions"][0]["sha256"]
        return sha256

    def request(self, method: str, path: str, body: JsonObject | None = None) -> httpx.Response:
        """Make any other request of the API, on whatever version is the newest."""
        content: JsonObject = {} if body is None else {"json": body}
        return self.api.request(method, path, headers={**self._as, "If-Match": "*"}, **content)

    def read(self, case: Case) -> JsonObject:
        """Return the case as this client sees it, with the actions that are allowed in it now."""
        answer = self.api.get(case.path, headers=self._as)
        seen: JsonObject = read_json(answer)
        case.update(answer, self.client_id)
        return seen

    def get_deadline(self, case: Case, clock: str) -> date:
        """Return the day on whose end a running clock expires."""
        due = {each["clock"]: each["dueOn"] for each in self.read(case)["deadlines"]}
        if clock not in due:
            raise ScenarioFailed(f"{clock} does not run in {case.number}: {', '.join(due)} do")
        return date.fromisoformat(due[clock])

    def expect_hidden(self, case: Case) -> None:
        """Check that the client can read neither the case nor its parts, and finds it in no list and in no event."""
        for path in (case.path, f"{case.path}/parties", f"{case.path}/records"):
            if self.api.get(path, headers=self._as).status_code != httpx.codes.NOT_FOUND:
                raise ScenarioFailed(f"{self.label} learns of {path}")
        listed = read_json(self.api.get("/v1/cases", params={"number": case.number}))["items"]
        self.scenario.require(not listed, otherwise=f"{self.label} finds {case.number} in the list")
        self.scenario.drain_events()
        events = self.scenario.read_feed(self.client_id, case)
        self.scenario.require(not events, otherwise=f"{self.label} is told of {case.number}")
        self.scenario.say(f"{self.label} cannot see the case: 404, no line in the list, no event")

    def _build_headers(self, case: Case) -> dict[str, str]:
        if self.client_id not in case.versions:
            self.read(case)
        return {**self._as, "If-Match": f'"{case.versions[self.client_id]}"'}

    def _post_action(self, case: Case, action: str, payload: JsonObject) -> httpx.Response:
        """Post the action; where somebody else changed the case since it was read (412), read it and post again."""
        path, body = f"{case.path}/actions/{action}", _to_json(payload) if payload else None
        answer = self.api.post(path, headers=self._build_headers(case), json=body)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            self.read(case)
            answer = self.api.post(path, headers=self._build_headers(case), json=body)
        return answer


DISTINGUISHING = (
    "strand",
    "rating",
    "item",
    "condition",
    "cover",
    "vehicle",
    "kind",
    "method",
    "outcome",
    "regime",
    "to",
)


def _describe(payload: JsonObject) -> str:
    """Return the values that tell one such action from another."""
    words = [str(payload[name]) for name in DISTINGUISHING if name in payload]
    return f" ({', '.join(words)})" if words else ""


def _to_json(payload: object) -> object:
    """Write dates as the wire has them, at any depth."""
    match payload:
        case date():
            return payload.isoformat()
        case dict():
            return {name: _to_json(value) for name, value in payload.items()}
        case list() | tuple():
            return [_to_json(each) for each in payload]
    return payload
