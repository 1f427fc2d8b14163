"""Actions through the gateway: who may, why not, two signatures, dry runs, and two at once."""

import asyncio
from datetime import timedelta

import pytest

from rtp_applications.cases.action_routes import ACTION_ROUTES
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Office, begin_review, submitted_office
from tests.support.cases import CHALLENGE_CONTENT, open_case, submit_case
from tests.support.people import appointed
from tests.support.problems import name_problem
from tests.support.statements import count_statements

pytestmark = pytest.mark.anyio

REFUSAL = {"reasons": "The service is about to be redesigned", "equalityNote": "No group is treated worse"}


TAKEN = [(process, action) for process in NEWEST_PROCESSES for action in process.actions]


def test_the_table_of_paths_names_every_action_and_no_other() -> None:
    named, there = list(ACTION_ROUTES), list(dict.fromkeys(action.name for _, action in TAKEN))
    assert set(named) == set(there), (
        f"ACTION_ROUTES of cases/action_routes.py lacks {sorted(set(there) - set(named))}, "
        f"and names what no process has: {sorted(set(named) - set(there))}"
    )
    assert named == there, "ACTION_ROUTES is not in the order in which the processes name their actions"


@pytest.mark.parametrize("name", ACTION_ROUTES)
def test_a_path_takes_whatever_any_process_takes_there(name: str) -> None:
    body = ACTION_ROUTES[name]
    taken = {action.payload_model for _, action in TAKEN if action.name == name}
    assert body in taken
    lacking = {field for each in taken for field in each.model_fields} - set(body.model_fields)
    assert not lacking, f"{body.__name__}, which the path takes, lacks what a process takes there: {sorted(lacking)}"


def test_few_paths_serve_processes_that_take_different_bodies() -> None:
    """Where one more comes, its body is chosen on purpose: the table names it, and `fit_payload` has to fit it."""
    differing = {action.name for _, action in TAKEN if action.payload_model is not ACTION_ROUTES[action.name]}
    assert differing == {
        *("submit", "remit", "remit-by-court"),
        *("describe-interest", "find-not-eligible", "offer-modification", "refuse-eoi"),
    }


async def test_a_case_carries_what_may_be_done_and_why_not(office: Office) -> None:
    seen = await office.officer.read(office.case)
    actions = {each["action"]: each for each in seen["allowedActions"]}
    assert actions["acknowledge"]["allowed"]
    assert actions["begin-screening"]["refusals"] == [
        {"guard": "acknowledgement-sent", "reason": "send the staff group its receipt first"}
    ]
    assert actions["withdraw"]["refusals"][0]["guard"] == "role"
    assert "submit" not in actions
    [clock] = [each for each in seen["deadlines"] if each["clock"] == "acknowledgement"]
    assert (clock["basis"], clock["length"]) == ("policy", {"number": 5, "unit": "working-days"})


async def test_a_dry_run_tells_what_would_come_and_saves_nothing(office: Office) -> None:
    await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    before = await office.officer.read(office.case)
    answer = await office.officer.act(office.case, "begin-screening", dryRun=True)
    assert answer.status_code == 200
    view = answer.json()
    assert view["status"] == "eoi-screening"
    assert "screening" in {each["clock"] for each in view["deadlines"]}
    assert [each["type"] for each in view["events"]] == ["org.righttoprovide.applications.screening-begun.v1"]
    assert await office.officer.read(office.case) == before


async def test_a_dry_run_is_refused_like_the_deed(office: Office) -> None:
    answer = await office.officer.act(office.case, "begin-screening", dryRun=True)
    assert answer.status_code == 422
    assert answer.json()["guards"][0]["guard"] == "acknowledgement-sent"


async def test_a_refusal_needs_two_people(office: Office) -> None:
    await begin_review(office)
    first = await office.decider.act(office.case, "refuse-eoi", REFUSAL)
    assert first.status_code == 200
    case = first.json()
    assert case["status"] == "eoi-under-review"
    assert case["awaited"][0]["action"] == "refuse-eoi"
    again = await office.decider.act(office.case, "refuse-eoi")
    assert again.status_code == 403
    seen_by_the_group = await office.group.read(case)
    assert seen_by_the_group["awaited"] == []
    refused = await office.second.do(office.case, "refuse-eoi")
    assert refused["status"] == "refused"
    assert refused["refusedFrom"] == "eoi-under-review"
    assert refused["awaited"] == []
    assert "appeal-window" in {each["clock"] for each in refused["deadlines"]}


async def test_what_an_action_takes_is_named_where_it_is_missing(office: Office) -> None:
    answer = await office.officer.act(office.case, "acknowledge")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["/sentOn"]


async def test_another_content_is_another_proposal(office: Office) -> None:
    await begin_review(office)
    await office.decider.do(office.case, "refuse-eoi", **REFUSAL)
    other = await office.second.act(office.case, "refuse-eoi", {**REFUSAL, "reasons": "Something else"})
    assert other.json()["status"] == "eoi-under-review"
    assert [each["role"] for each in other.json()["awaited"][0]["signed"]] == ["case-officer"]


async def test_the_staff_group_s_own_client_takes_no_role_of_the_body(new_client: NewClient, office: Office) -> None:
    """Even where the client belongs to the employer, as a council's intake portal does."""
    portal = await new_client(organisation=office.officer.api.organisation)
    case = await submit_case(portal, await open_case(portal))
    await appointed(office.officer.api, case, "case-officer", "officer-1")
    refused = await ActorClient(portal, "officer-1").act(case, "acknowledge", {"sentOn": str(today())})
    assert refused.status_code == 403
    done = await ActorClient(office.officer.api, "officer-1").act(case, "acknowledge", {"sentOn": str(today())})
    assert done.status_code == 200


async def test_a_stale_write_is_told_what_was_changed_and_by_whom(office: Office) -> None:
    version = (await office.officer.read(office.case))["version"]
    await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    late = await office.second.act(office.case, "begin-screening", version=version)
    assert late.status_code == 412
    [change] = late.json()["changedSince"]
    assert (change["action"], change["role"], change["version"]) == ("acknowledge", "case-officer", version + 1)
    assert "/records/acknowledgement:" in change["fields"]


async def test_a_stale_write_is_told_the_names_that_the_case_is_read_and_written_by(group: Api) -> None:
    case = await open_case(group)
    changes = {"serviceName": "Home care", "employer": "GB-LAE-BNE", "financeSoughtPence": 5}
    fresh, late = [
        await group.patch(f"/v1/cases/{case['id']}", json=changes, headers={"If-Match": '"1"'}) for _ in range(2)
    ]
    fields = {each for each in late.json()["changedSince"][0]["fields"] if not each.startswith("/deadlines/")}
    assert fields == {"/serviceName", "/employer", "/financeSoughtPence"}
    begun = await group.patch(f"/v1/cases/{case['id']}", json={}, headers={"If-Match": '"0"'})
    named = {each.split("/")[1] for change in begun.json()["changedSince"] for each in change["fields"]}
    assert named <= {*fresh.json(), "parties", "records", "documents", "deadlines"}


async def test_of_two_actions_at_once_one_wins(office: Office) -> None:
    case = await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    attempts = [
        desk.act(case, action, given, version=(await desk.read(case))["version"])
        for desk, action, given in (
            (office.officer, "begin-screening", None),
            (office.second, "begin-screening", None),
            (office.group, "withdraw", {"membersInFavour": 12}),
        )
    ]
    answers = await asyncio.gather(*attempts)
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    for lost in (answer for answer in answers if answer.status_code == 412):
        [change] = lost.json()["changedSince"]
        assert change["action"] in ("begin-screening", "withdraw")
        assert "/status" in change["fields"]
    unconditional = await asyncio.gather(
        *(desk.act(case, "begin-screening") for desk in (office.officer, office.second, office.officer))
    )
    assert {answer.status_code for answer in unconditional} == {409}


async def test_an_action_is_eight_statements(new_client: NewClient, platform: Platform) -> None:
    """As the caller, lock, as the system, read all, the case's row, its deadlines, the event, the audit."""
    database = platform.runtimes["applications"].database
    office = await submitted_office(new_client)
    await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    with count_statements(database) as statements:
        await office.officer.do(office.case, "begin-screening")
    assert len(statements) == 8, statements
    with count_statements(database) as statements:
        await office.officer.read(office.case)
    assert len(statements) == 2, statements


async def test_whoever_read_the_clock_first_and_got_the_lock_last_breaks_no_history(office: Office) -> None:
    line = {"nature": "Owns a part of a supplier", "inAdvance": True}
    notes = [{"person": f"p-{number}", **line} for number in range(12)]
    answers = await asyncio.gather(*(office.officer.act(office.case, "declare-conflict", note) for note in notes))
    assert {answer.status_code for answer in answers} == {200}
    verified = await office.officer.api.get(f"/v1/cases/{office.case['id']}/history/verify")
    assert verified.json()["holds"], verified.json()


async def test_a_case_moves_to_another_version_only_where_there_is_one(office: Office) -> None:
    reasons = {"reasons": "The council adopted the new process"}
    now = (await office.officer.read(office.case))["processVersion"]
    nowhere = await office.officer.act(office.case, "move-to-version", {"version": 7, **reasons})
    assert name_problem(nowhere) == (404, "no-such-process")
    same = await office.officer.act(office.case, "move-to-version", {"version": now, **reasons})
    assert same.status_code == 409
    assert (await office.officer.read(office.case))["processVersion"] == now


@pytest.mark.parametrize("days", [-1, 1], ids=["before the submission", "in the future"])
async def test_a_receipt_is_dated_from_the_submission_to_today(office: Office, days: int) -> None:
    refused = await office.officer.act(office.case, "acknowledge", {"sentOn": str(today() + timedelta(days=days))})
    assert [each["guard"] for each in refused.json()["guards"]] == ["sent-on-within-bounds"]


async def test_an_offered_modification_waits_for_a_second_person(office: Office) -> None:
    await begin_review(office)
    offer = {"text": "Without nights", "otherwiseRefusedFor": "Costs", "equalityNote": "No group is treated worse"}
    assert (await office.officer.do(office.case, "offer-modification", **offer))["status"] == "eoi-under-review"
    assert (await office.group.read(office.case))["awaited"] == []
    assert (await office.decider.do(office.case, "offer-modification"))["status"] == "modification-offered"


async def test_a_challenge_is_submitted_when_its_content_is_complete(new_client: NewClient) -> None:
    api = await new_client()
    group = ActorClient(api, api.person)
    case = await open_case(api, route="community-right-to-challenge")
    incomplete = {**CHALLENGE_CONTENT, "area": None}
    await group.do(case, "describe-interest", **incomplete)
    refused = await group.act(case, "submit")
    [guard] = refused.json()["guards"]
    assert (guard["guard"], guard["reason"]) == ("content-is-complete", "describe the interest; missing: area")
    await group.do(case, "describe-interest", **CHALLENGE_CONTENT)
    assert (await group.do(case, "submit"))["status"] == "eoi-submitted"


async def test_the_group_bars_nobody_from_the_panel_by_its_word_alone(office: Office) -> None:
    accused = {"person": "p-panel", "nature": "Owns a rival", "inAdvance": True}
    await office.group.do(office.case, "declare-conflict", **accused)
    path = f"/v1/cases/{office.case['id']}/conflicts"
    [line] = (await office.officer.api.get(path)).json()["items"]
    assert (line["barsFromDeciding"], line["counts"]) == (True, False)
    await appointed(office.officer.api, office.case, "panel-member", "p-panel")
    await office.officer.do(office.case, "declare-conflict", person="p-panel", interest=line["interest"], nature="Yes")
    [line] = (await office.officer.api.get(path)).json()["items"]
    assert (line["barsFromDeciding"], line["counts"]) == (True, True)
