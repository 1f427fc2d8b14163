"""What a body sets for itself, for a time."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rtp_applications.bodies.commands import end_last_period
from rtp_applications.bodies.load_rules import load_rules
from rtp_applications.bodies.models import BodyRule
from rtp_applications.bodies.rules import FORMS, Rule, read_value
from rtp_embedded.platform import Platform
from rtp_shared.clock import today, utcnow
from rtp_shared.problems import Conflict, Invalid
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, RecordedBody, tag
from tests.support.problems import list_fields, name_problem
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

ONE_DAY = timedelta(days=1)
DECISION = {"number": 60, "unit": "calendar-days"}


async def put_rule(api: Api, body: dict[str, Any], rule: str, value: Any, **more: Any) -> httpx.Response:
    """Set a rule from today on, on the version that the body is at."""
    setting = {"validFrom": str(today()), "value": value, "source": "Council, 12 May, minute 7", **more}
    now = (await api.get(f"/v1/bodies/{body['id']}")).json()
    return await api.put(f"/v1/bodies/{body['id']}/rules/{rule}", json=setting, headers=tag(now))


async def rules_of(api: Api, body: dict[str, Any], **params: str) -> dict[str, Any]:
    answer = await api.get(f"/v1/bodies/{body['id']}/rules", params=params)
    assert answer.status_code == 200, answer.text
    return {each["rule"]: each for each in answer.json()["rules"]}


async def test_a_body_sets_its_own_rule_and_everybody_reads_it(
    new_client: NewClient, stranger: Api, body: RecordedBody
) -> None:
    own = await new_client(scopes="bodies:write", organisation=UUID(body["id"]))
    answer = await put_rule(own, body, "maximum-decision-period", DECISION)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    (rule,) = answer.json()["rules"]
    assert rule["value"] == DECISION
    assert rule["source"] == "Council, 12 May, minute 7"
    assert (rule["validFrom"], rule["validTo"]) == (str(today()), None)
    assert await rules_of(stranger, body) == {"maximum-decision-period": rule}
    assert await rules_of(stranger, body, on=str(today() - ONE_DAY)) == {}


async def test_a_rule_says_when_it_was_published(api: Api, body: RecordedBody) -> None:
    """Today unless it is said, however long it has held; never later."""
    long_ago, before = str(today() - timedelta(days=400)), str(today() - timedelta(days=30))
    assert (await put_rule(api, body, "screening", DECISION, validFrom=long_ago)).status_code == 200
    assert (await put_rule(api, body, "assurance", DECISION, publishedOn=before)).status_code == 200
    found = await rules_of(api, body)
    assert (found["screening"]["publishedOn"], found["assurance"]["publishedOn"]) == (str(today()), before)
    refused = await put_rule(api, body, "mandate", DECISION, publishedOn=str(today() + ONE_DAY))
    assert list_fields(refused) == {"/publishedOn"}


async def test_a_client_sets_rules_of_its_own_body_only_unless_it_oversees(
    new_client: NewClient, body: RecordedBody
) -> None:
    for scopes, status in (("bodies:write", 403), ("cases:oversee", 403), (OVERSEER, 200)):
        other = await new_client(scopes=scopes)
        assert (await put_rule(other, body, "assurance", DECISION)).status_code == status, scopes


async def test_a_new_period_ends_the_one_before_on_the_day_before(api: Api, body: RecordedBody) -> None:
    soon = today() + timedelta(days=30)
    assert (await put_rule(api, body, "call-in-window", {"number": 5, "unit": "working-days"})).status_code == 200
    later = await put_rule(api, body, "call-in-window", {"number": 7, "unit": "working-days"}, validFrom=str(soon))
    assert later.status_code == 200
    before = (await rules_of(api, body))["call-in-window"]
    assert (before["value"]["number"], before["validTo"]) == (5, str(soon - ONE_DAY))
    after = (await rules_of(api, body, on=str(soon)))["call-in-window"]
    assert (after["value"]["number"], after["validFrom"], after["validTo"]) == (7, str(soon), None)


async def test_the_past_stands(api: Api, body: RecordedBody) -> None:
    long_ago = str(today() - timedelta(days=400))
    # Nothing was set: what has long held may be recorded.
    assert (await put_rule(api, body, "screening", DECISION, validFrom=long_ago)).status_code == 200
    for start in (long_ago, str(today() - timedelta(days=500)), str(today() - ONE_DAY)):
        refused = await put_rule(api, body, "screening", {**DECISION, "number": 1}, validFrom=start)
        assert refused.status_code == 409, start
    assert (await put_rule(api, body, "screening", {**DECISION, "number": 30})).status_code == 200
    again = await put_rule(api, body, "screening", {**DECISION, "number": 31})
    assert name_problem(again) == (409, "past-rule-stands")
    assert (await rules_of(api, body, on=long_ago))["screening"]["value"]["number"] == 60
    assert (await rules_of(api, body))["screening"]["value"]["number"] == 30


async def test_a_planned_period_is_replaced_but_not_run_into(api: Api, body: RecordedBody) -> None:
    planned = str(today() + timedelta(days=30))
    assert (await put_rule(api, body, "idle-limit", DECISION, validFrom=planned)).status_code == 200
    into = await put_rule(api, body, "idle-limit", DECISION)
    assert name_problem(into) == (409, "rule-planned-already")
    assert planned in into.json()["detail"]
    assert (await put_rule(api, body, "idle-limit", {**DECISION, "number": 90}, validFrom=planned)).status_code == 200
    assert (await rules_of(api, body, on=planned))["idle-limit"]["value"]["number"] == 90


async def test_a_rule_given_up_holds_no_more_and_keeps_its_past(api: Api, body: RecordedBody) -> None:
    past = today() - timedelta(days=10)
    windows = [{"fromMonth": 11, "fromDay": 1, "toMonth": 1, "toDay": 31}]
    assert (await put_rule(api, body, "eoi-windows", windows, validFrom=str(past))).status_code == 200
    assert (await put_rule(api, body, "eoi-windows", None)).status_code == 200
    assert await rules_of(api, body) == {}
    assert (await rules_of(api, body, on=str(past)))["eoi-windows"]["value"] == windows


async def list_by_service(api: Api, body: dict[str, Any], **params: str) -> dict[str | None, int]:
    found = (await api.get(f"/v1/bodies/{body['id']}/rules", params=params)).json()["rules"]
    return {each["sector"]: each["value"]["number"] for each in found}


async def test_a_period_for_one_kind_of_service_stands_beside_that_for_every_kind(api: Api, body: RecordedBody) -> None:
    """Localism Act 2011 s.84(4): the relevant authority may specify different periods for different cases."""
    rule = "maximum-decision-period"
    libraries, youth = "libraries-and-archives", "youth"
    assert (await put_rule(api, body, rule, DECISION)).status_code == 200
    assert (await put_rule(api, body, rule, {**DECISION, "number": 90}, sector=libraries)).status_code == 200
    assert await list_by_service(api, body) == {None: 60, libraries: 90}
    assert await list_by_service(api, body, sector=libraries) == {libraries: 90}
    assert await list_by_service(api, body, sector=youth) == {None: 60}
    soon = str(today() + timedelta(days=5))
    assert (await put_rule(api, body, rule, None, sector=libraries, validFrom=soon)).status_code == 200
    assert await list_by_service(api, body, sector=libraries, on=soon) == {None: 60}
    assert await list_by_service(api, body, sector=libraries) == {libraries: 90}


async def test_only_what_the_act_has_by_service_is_set_by_service(api: Api, body: RecordedBody) -> None:
    refused = await put_rule(api, body, "screening", DECISION, sector="youth")
    assert list_fields(refused) == {"/sector"}
    assert "maximum-decision-period" in refused.text
    assert await rules_of(api, body) == {}


async def test_a_stale_or_missing_version_changes_nothing(api: Api, body: RecordedBody) -> None:
    path = f"/v1/bodies/{body['id']}/rules/assurance"
    setting = {"validFrom": str(today()), "value": DECISION, "source": "x"}
    assert (await api.put(path, json=setting)).status_code == 428
    assert (await api.put(path, json=setting, headers={"If-Match": '"7"'})).status_code == 412
    assert await rules_of(api, body) == {}


@pytest.mark.parametrize(
    ("rule", "value", "field"),
    [
        ("assurance", {"number": 0, "unit": "working-days"}, "/value/number"),
        ("assurance", {"number": 5, "unit": "fortnights"}, "/value/unit"),
        ("assurance", {"number": True, "unit": "months"}, "/value/number"),
        ("assurance", [], "/value"),
        ("eoi-windows", [{"fromMonth": 13, "fromDay": 1, "toMonth": 1, "toDay": 1}], "/value/0/fromMonth"),
        ("eoi-windows", [{"fromMonth": 2, "fromDay": 29, "toMonth": 3, "toDay": 1}], "/value/0"),
        ("procurement-gap", {"minimumMonths": 9, "maximumMonths": 3}, "/value"),
        ("ballot-threshold", {"percentInFavour": 101}, "/value/percentInFavour"),
        ("ballot-threshold", {"percentInFavour": 50, "quorum": 3}, "/value/quorum"),
        ("key-decision-notice", {"number": 27, "unit": "clear-days"}, "/value/number"),
        ("key-decision-notice", {"number": 28, "unit": "calendar-days"}, "/value"),
        ("working-day-calendar", "france", "/value"),
        ("idle-limit", {"number": 30, "unit": "calendar-days"}, "/value"),
        ("quorum-percent", 0, "/value"),
        ("constitution", {"form": "committee-system", "decidedBy": "executive"}, "/value"),
        ("constitution", {"form": "parliament", "decidedBy": "officer"}, "/value/form"),
        ("constitution", {"form": "nhs-trust-board", "decidedBy": "whole-body"}, "/value/form"),
        ("constitution", {"form": "combined-authority", "decidedBy": "whole-body"}, "/value/form"),
        ("board-meeting-notice", {"number": 3, "unit": "working-days"}, "/value"),
    ],
)
async def test_a_value_has_the_form_of_its_rule(
    api: Api, body: RecordedBody, rule: str, value: Any, field: str
) -> None:
    answer = await put_rule(api, body, rule, value)
    assert field in list_fields(answer)
    assert await rules_of(api, body) == {}


async def test_every_rule_takes_a_value_of_its_form_and_says_what_it_is_about(api: Api, body: RecordedBody) -> None:
    values: dict[str, Any] = {
        "eoi-windows": [],
        "procurement-gap": {"minimumMonths": 3, "maximumMonths": 18},
        "ballot-threshold": {"percentInFavour": 66.7, "percentTurnout": 50},
        "key-decision-notice": {"number": 30, "unit": "clear-working-days"},
        "agenda-notice": {"number": 5, "unit": "clear-days"},
        "working-day-calendar": "any-uk",
        "quorum-percent": 60,
        "constitution": {"form": "committee-system", "decidedBy": "committee", "clearWorkingDays": True},
        "board-meeting-notice": {"number": 3, "unit": "clear-days"},
        **{
            f"retention-{kept_as}": {"number": 144, "unit": "months"}
            for kept_as in ("launched", "tender-lost", "other")
        },
    }
    for rule in Rule:
        answer = await put_rule(api, body, rule, values.get(rule, DECISION))
        assert answer.status_code == 200, (rule, answer.text)
    found = await rules_of(api, body)
    assert {rule: each["value"] for rule, each in found.items()} == {rule: values.get(rule, DECISION) for rule in Rule}
    assert all(each["says"] for each in found.values())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/bodies/GB-NHS-NONE/rules", 404),
        ("/v1/bodies/GB-LAE-CMD/rules?on=yesterday", 422),
        ("/v1/bodies/%00/rules", 422),
    ],
)
async def test_wrong_questions_are_problems(stranger: Api, path: str, status: int) -> None:
    assert (await stranger.get(path)).status_code == status


async def test_published_windows_are_there_from_the_start(stranger: Api) -> None:
    found = (await stranger.get("/v1/bodies/GB-LAE-WAR/rules?on=2026-11-02")).json()
    rules = {each["rule"]: each for each in found["rules"]}
    assert rules["eoi-windows"]["value"] == [{"fromMonth": 4, "fromDay": 1, "toMonth": 6, "toDay": 30}]
    assert rules["procurement-gap"]["value"] == {"minimumMonths": 3, "maximumMonths": 18}
    # By 31 December, says the council.
    assert date(2026, 6, 30) + timedelta(days=rules["maximum-decision-period"]["value"]["number"]) == date(2026, 12, 31)
    assert "Warwickshire" in rules["eoi-windows"]["source"]
    ended = "/v1/bodies/GB-LAE-NTH/rules"
    assert [each["rule"] for each in (await stranger.get(f"{ended}?on=2020-01-01")).json()["rules"]] == ["eoi-windows"]
    assert (await stranger.get(f"{ended}?on=2021-04-01")).json()["rules"] == []


async def test_loading_leaves_what_was_set_by_hand(api: Api, platform: Platform) -> None:
    maldon = (await api.get("/v1/bodies/GB-LAE-MAL")).json()
    assert (await put_rule(api, maldon, "eoi-windows", [])).status_code == 200
    async with open_as(platform.runtimes["applications"], "operator") as session:
        assert await load_rules(session, utcnow()) == "9 published rules of bodies"
    assert (await rules_of(api, maldon))["eoi-windows"]["value"] == []
    before = (await rules_of(api, maldon, on=str(today() - ONE_DAY)))["eoi-windows"]
    assert before["validTo"] == str(today() - ONE_DAY)


async def test_the_database_holds_one_period_at_a_time(body: RecordedBody, platform: Platform) -> None:
    insert = text(
        "INSERT INTO body_rules (body_id, rule, sector, valid_from, valid_to, source, set_by, set_at) "
        "VALUES (:body, :rule, :sector, :first, :last, 'x', 'x', now())"
    )
    database = platform.runtimes["applications"].database

    async def hold(rule: str, first: date, last: date | None, sector: str = "") -> None:
        row = {"body": UUID(body["id"]), "rule": rule, "first": first, "last": last, "sector": sector}
        async with database.transaction() as session:
            await session.execute(insert, row)

    await hold("assurance", date(2026, 1, 1), date(2026, 6, 30))
    await hold("assurance", date(2026, 7, 1), None)
    await hold("screening", date(2026, 1, 1), None)
    await hold("assurance", date(2026, 1, 1), None, "youth")
    with pytest.raises(IntegrityError, match="ex_body_rules_one_at_a_time"):
        await hold("assurance", date(2025, 1, 1), date(2026, 1, 1))
    with pytest.raises(IntegrityError, match="ex_body_rules_one_at_a_time"):
        await hold("assurance", date(2030, 1, 1), None)


def test_every_rule_has_a_form() -> None:
    assert set(FORMS) == set(Rule)
    for rule in Rule:
        with pytest.raises(Invalid):
            read_value(rule, object())


DAYS = st.integers(min_value=0, max_value=30).map(lambda n: date(2026, 1, 1) + n * ONE_DAY)


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=15))
def test_whatever_is_set_when_periods_never_overlap_and_the_past_stands(settings: list[tuple[date, date]]) -> None:
    """Each setting is made on a day, the days in order, and starts on any day."""
    periods: list[BodyRule] = []

    def held(day: date) -> object:
        return [each.value for each in periods if each.covers(day)]

    days = [date(2025, 12, 1) + n * ONE_DAY for n in range(120)]
    for number, (now, start) in enumerate(sorted(settings)):
        before = {day: held(day) for day in days if day < now}
        try:
            planned = end_last_period(periods, start, today=now)
        except Conflict:
            assert before == {day: held(day) for day in days if day < now}
            continue
        if planned is None:
            periods.append(BodyRule(valid_from=start, value=number))
        else:
            planned.value = number
        assert held(start) == [number]
        assert all(len([each for each in periods if each.covers(day)]) <= 1 for day in days)
        assert all(held(day) in (was, [number]) if not was else held(day) == was for day, was in before.items())


@pytest.mark.parametrize(
    "value",
    [
        '{"percentInFavour": NaN}',
        '{"percentInFavour": 1e999}',
        '{"\\ud800": 1}',
        '{"percentInFavour": ' + "9" * 400 + "}",
        "[" * 60 + "]" * 60,
        '"' + "x" * 5000 + '"',
    ],
)
async def test_hostile_values_are_refused(api: Api, body: RecordedBody, value: str) -> None:
    content = f'{{"validFrom": "{today()}", "source": "x", "value": {value}}}'
    headers = {"Content-Type": "application/json", "If-Match": '"1"'}
    answer = await api.put(f"/v1/bodies/{body['id']}/rules/ballot-threshold", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert len(answer.content) < 2000
    assert await rules_of(api, body) == {}
