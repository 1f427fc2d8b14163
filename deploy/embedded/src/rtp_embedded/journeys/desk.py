"""One person at a client's desk: what an integrator's system does on that person's behalf."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, StoryFailed, answered


class Desk:
    """A person, whom the client's organisation vouches for. `person` is an opaque reference, never a name."""

    def __init__(self, story: Story, client_id: str, person: str, *, called: str) -> None:
        self.story = story
        self.client_id = client_id
        self.api = story.client(client_id)
        self.person = person
        self.called = called

    @property
    def _as(self) -> dict[str, str]:
        return {"On-Behalf-Of": self.person}

    def opens(self, **draft: Any) -> Case:
        """Open a draft. Sent again with the same key, it is the same draft."""
        headers = {**self._as, "Idempotency-Key": f'"{uuid4()}"'}
        opened = answered(self.api.post("/v1/cases", json=draft, headers=headers))
        case = Case(opened["id"], opened["number"], opened["version"], opened["status"])
        self.story.tell(f"{self.called} opens case {case.number}, a draft that only {self.client_id} can see")
        return case

    def edits(self, case: Case, **changes: Any) -> None:
        """Change what a draft says."""
        answer = self.api.patch(case.path, json=changes, headers=self._headers(case))
        answered(answer)
        case.now_reads(answer)
        self.story.tell(f"{self.called} writes {', '.join(changes)}")

    def records(self, told: dict[str, Any]) -> Case:
        """Write down a case of the past."""
        made = answered(self.api.post("/v1/historic-cases", json=told, headers=self._as))
        case = Case(made["id"], made["number"], made["version"], made["status"])
        self.story.tell(f"{self.called} writes down {case.number}, a {made['route']} case that ended {case.status}")
        return case

    def does(self, case: Case, action: str, **given: Any) -> dict[str, Any]:
        """Take a named action, and the case as it is then. An action that others proposed is signed by giving
        nothing.
        """
        done: dict[str, Any] = answered(self._act(case, action, given))
        moved = done["status"] != case.status
        awaited = [each for each in done["awaited"] if each["action"] == action]
        case.version, case.status = done["version"], done["status"]
        then = f" -> {case.status}" if moved else ""
        if awaited:
            then = f" (signed; awaits {' and '.join(' or '.join(slot) for slot in awaited[0]['awaits'])})"
        self.story.tell(f"{self.called}: {action}{_about(given)}{then}")
        return done

    def is_refused(self, case: Case, action: str, because: str, **given: Any) -> None:
        """Try an action whose condition `because` is not met, or which is another role's."""
        answer = self._act(case, action, given)
        if not answer.is_error:
            raise StoryFailed(f"{self.called} was allowed: {action}")
        problem = answer.json()
        reasons = {each["guard"]: each["reason"] for each in problem.get("guards", [])}
        if answer.status_code == httpx.codes.FORBIDDEN:
            reasons["role"] = problem["detail"]
        if because not in reasons:
            raise StoryFailed(f"{self.called}: {action} is refused for {reasons or problem}, not for {because}")
        self.story.tell(f"{self.called}: {action} is refused, as {reasons[because]}")

    def appoints(self, case: Case, role: str, desk: "Desk", **more: Any) -> str:
        """Give somebody a role in the case. Where another client vouches for the person, it comes to see the case."""
        body = {"role": role, "person": desk.person, **more}
        if desk.client_id != self.client_id:
            body["holder"] = {"client": desk.client_id}
        answer = self.api.post(f"{case.path}/parties", json=body, headers=self._headers(case))
        party: str = answered(answer)["id"]
        case.version = int(answer.headers["etag"].strip('"'))
        self.story.tell(f"{self.client_id} appoints {desk.called}: {role}")
        return party

    def uploads(self, case: Case, kind: str, content: str) -> str:
        """Put a document on file, then send its content; its SHA-256 is what a decision can later be held to."""
        about = {"kind": kind, "title": kind.replace("-", " ").capitalize()}
        added = self.api.post(f"{case.path}/documents", json=about, headers=self._headers(case))
        path = f"{case.path}/documents/{answered(added)['id']}/content"
        headers = {**self._as, "If-Match": added.headers["etag"], "Content-Type": "text/plain"}
        sent = self.api.put(path, content=content.encode(), headers=headers, params={"fileName": f"{kind}.txt"})
        kept = answered(sent)
        case.version = kept["caseVersion"]
        sha256: str = kept["versions"][0]["sha256"]
        return sha256

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Anything else of the API. Where the newest version is as good as any, If-Match says so."""
        content: dict[str, Any] = {} if body is None else {"json": body}
        return self.api.request(method, path, headers={**self._as, "If-Match": "*"}, **content)

    def reads(self, case: Case) -> dict[str, Any]:
        """The case as this client sees it, with what may be done in it now."""
        answer = self.api.get(case.path, headers=self._as)
        seen: dict[str, Any] = answered(answer)
        case.now_reads(answer)
        return seen

    def deadline(self, case: Case, clock: str) -> date:
        """The day on whose end a running clock expires."""
        due = {each["clock"]: each["dueOn"] for each in self.reads(case)["deadlines"]}
        if clock not in due:
            raise StoryFailed(f"{clock} does not run in {case.number}: {', '.join(due)} do")
        return date.fromisoformat(due[clock])

    def cannot_see(self, case: Case) -> None:
        """Neither the case nor anything that hangs on it, nor a line in a list, nor an event in the feed."""
        for path in (case.path, f"{case.path}/parties", f"{case.path}/records"):
            if self.api.get(path, headers=self._as).status_code != httpx.codes.NOT_FOUND:
                raise StoryFailed(f"{self.called} learns of {path}")
        listed = answered(self.api.get("/v1/cases", params={"number": case.number}))["items"]
        self.story.must(not listed, otherwise=f"{self.called} finds {case.number} in the list")
        self.story.settle()
        told = self.story.feed(self.client_id, case)
        self.story.must(not told, otherwise=f"{self.called} is told of {case.number}")
        self.story.tell(f"{self.called} cannot see the case: 404, no line in the list, no event")

    def _headers(self, case: Case) -> dict[str, str]:
        return {**self._as, "If-Match": f'"{case.version}"'}

    def _act(self, case: Case, action: str, given: dict[str, Any]) -> httpx.Response:
        """Where somebody else changed the case since it was read (412), read it again and decide anew."""
        path, content = f"{case.path}/actions/{action}", {"json": _plain(given)} if given else {}
        answer = self.api.post(path, headers=self._headers(case), **content)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            self.reads(case)
            answer = self.api.post(path, headers=self._headers(case), **content)
        return answer


TELLING = ("strand", "rating", "item", "condition", "cover", "vehicle", "kind", "method", "outcome", "regime", "to")


def _about(given: dict[str, Any]) -> str:
    """What tells one such deed from another."""
    words = [str(given[name]) for name in TELLING if name in given]
    return f" ({', '.join(words)})" if words else ""


def _plain(given: Any) -> Any:
    """Dates as the wire has them, at any depth."""
    match given:
        case date():
            return given.isoformat()
        case dict():
            return {name: _plain(value) for name, value in given.items()}
        case list() | tuple():
            return [_plain(each) for each in given]
    return given
