"""Moderation: what the operator looks at before it is shown, by hand and by schedule."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_embedded.platform import Platform
from rtp_finance_directory.directory.schedule import process_due_products
from rtp_finance_directory.funders.schedule import process_due_entries, remind_funders
from rtp_finance_directory.moderation.errors import HeldByOperator, NotInThatState
from rtp_finance_directory.moderation.models import Moderated
from rtp_finance_directory.turns import Turns
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from tests.conftest import Api, NewClient
from tests.finance_directory.alerts.test_alerts import published
from tests.finance_directory.directory.conftest import GRANT, act, at, draft, publish
from tests.finance_directory.funders.conftest import (
    FUNDER,
    act_at,
    draft_funder,
    publish_funder,
    publish_programme,
)

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 30)


class Row(Moderated):
    """A row without a table."""

    def __init__(self) -> None:
        self.publication, self.suspended_by_operator, self.suspended_for = PublicationState.DRAFT, False, None
        self.publish_on = self.unpublish_on = None


async def review(operator: Api, keeper: Api, *, reviewed: bool = True) -> None:
    answer = await operator.put(f"/v1/directory-keepers/{keeper.organisation}", json={"reviewed": reviewed})
    assert (answer.status_code, answer.json()["reviewed"]) == (200, reviewed), answer.text


async def list_waiting(operator: Api, path: str) -> set[str]:
    page = (await operator.get(path, params={"publication": "in-review", "limit": "200"})).json()
    return {each["id"] for each in page["items"]}


async def test_what_a_reviewed_keeper_publishes_waits_for_the_operator(
    funder: Api, operator: Api, anybody: Api
) -> None:
    await review(operator, funder)
    row, product = await draft_funder(funder), await draft(funder)
    for path, each in (("/v1/funders", row), ("/v1/products", product)):
        waiting = await act_at(funder, path, each, "publish")
        assert waiting["publication"] == "in-review"
        assert (await anybody.get(f"{path}/{each['id']}")).status_code == 404
        assert each["id"] in await list_waiting(operator, path)
        assert each["id"] in await list_waiting(funder, path)
        assert await list_waiting(anybody, path) == set()
        shown = await act_at(operator, path, waiting, "publish")
        assert (shown["publication"], (await anybody.get(f"{path}/{each['id']}")).status_code) == ("published", 200)
        assert await list_waiting(operator, path) == set()


async def test_new_words_are_hidden_until_they_are_seen_and_new_numbers_are_not(funder: Api, operator: Api) -> None:
    product = await publish(funder)
    await review(operator, funder)
    path = f"/v1/products/{product['id']}"
    dearer = (await funder.put(path, json={**GRANT, "maxAmountPence": 500}, headers=at(product))).json()
    assert dearer["publication"] == "published"
    renamed = (await funder.put(path, json={**GRANT, "name": "Better"}, headers=at(dearer))).json()
    assert renamed["publication"] == "in-review"
    feed = (await funder.get(f"{path}/versions")).json()["items"]
    assert feed[0]["change"] == "suspended"  # a tombstone for harvesters
    assert (await act(operator, renamed, "publish"))["name"] == "Better"


async def test_the_operator_says_why_and_the_keeper_reads_it(funder: Api, operator: Api, anybody: Api) -> None:
    await review(operator, funder)
    waiting = await act_at(funder, "/v1/funders", await draft_funder(funder), "publish")
    refused = await act_at(operator, "/v1/funders", waiting, "suspend", reason="It names no register.")
    path = f"/v1/funders/{waiting['id']}"
    assert (await funder.get(path)).json()["suspendedFor"] == "It names no register."
    again = await funder.post(f"{path}/actions/publish", json={}, headers=at(refused))
    assert (again.status_code, again.json()["type"].rsplit("/")[-1]) == (409, "held-by-operator")
    assert "It names no register." in again.json()["detail"]
    mended = await funder.put(path, json={**FUNDER, "identifiers": ["GB-CHC-1164883"]}, headers=at(refused))
    shown = await act_at(operator, "/v1/funders", mended.json(), "publish")
    assert shown["suspendedFor"] is None
    assert "suspendedFor" not in {name for name, value in (await anybody.get(path)).json().items() if value}


async def test_a_day_that_was_asked_for_holds_when_the_operator_approves(
    platform: Platform, funder: Api, operator: Api, anybody: Api
) -> None:
    await review(operator, funder)
    tomorrow = (utcnow() + timedelta(days=2)).date()
    asked = {"publishOn": tomorrow.isoformat(), "unpublishOn": (tomorrow + timedelta(days=5)).isoformat()}
    waiting = await act_at(funder, "/v1/funders", await draft_funder(funder), "publish", **asked)
    runtime = platform.background["finance-directory"]
    path = f"/v1/funders/{waiting['id']}"

    async def look(days: int) -> str:
        await process_due_entries(move(runtime, days), Turns("a test"))
        return str((await funder.get(path)).json()["publication"])

    assert await look(3) == "in-review"  # its day comes, and nobody has looked
    approved = await act_at(operator, "/v1/funders", waiting, "publish")
    assert (approved["publication"], approved["publishOn"]) == ("draft", asked["publishOn"])
    assert [await look(days) for days in (0, 3, 8)] == ["draft", "published", "suspended"]
    changes = (await anybody.get(f"{path}/versions")).json()["items"]
    assert [each["change"] for each in changes] == ["published"]


async def test_words_that_change_after_the_approval_are_looked_at_again(
    platform: Platform, funder: Api, operator: Api
) -> None:
    await review(operator, funder)
    day = (utcnow() + timedelta(days=2)).date().isoformat()
    approved = await act(operator, await act(funder, await draft(funder), "publish", publishOn=day), "publish")
    changed = await funder.put(f"/v1/products/{approved['id']}", json={**GRANT, "name": "Other"}, headers=at(approved))
    assert changed.json()["publication"] == "in-review"
    await process_due_products(move(platform.background["finance-directory"], 3), Turns("a test"))
    assert (await funder.get(f"/v1/products/{approved['id']}")).json()["publication"] == "in-review"


async def test_who_is_reviewed_is_the_operators_word(funder: Api, operator: Api, new_client: NewClient) -> None:
    path = f"/v1/directory-keepers/{funder.organisation}"
    assert (await funder.put(path, json={"reviewed": False})).status_code == 403
    assert (await funder.get("/v1/directory-keepers")).status_code == 403
    await review(operator, funder)
    await review(operator, funder)  # says the same again
    kept = (await operator.get("/v1/directory-keepers")).json()["items"]
    assert [each for each in kept if each["organisation"] == str(funder.organisation)] == [
        {"organisation": str(funder.organisation), "reviewed": True, "version": 1}
    ]
    waiting = await act(funder, await draft(funder), "publish")
    await review(operator, funder, reviewed=False)
    assert (await act(funder, waiting, "publish"))["publication"] == "published"


async def test_keepers_are_reminded_of_what_nobody_has_verified(platform: Platform, funder: Api) -> None:
    row = await publish_funder(funder)
    programme = await publish_programme(funder, row["id"])
    runtime = platform.background["finance-directory"]
    for days in (89, 90, 91, 179, 180):
        await remind_funders(move(runtime, days), Turns("a test"))
    for each, noun in ((row, "funder"), (programme, "programme")):
        told = await published(runtime, each["id"])
        assert [kind for kind, _, _ in told] == [f"{noun}-verification-lapsed"] * 2
        assert all(readers == [f"org:{funder.organisation}", "system"] for _, _, readers in told)
        assert told[0][1] == {f"{noun}Id": each["id"], "verifiedOn": each["verifiedOn"]}


STEPS = ["publish", "later", "approve", "hide", "suspend", "hold", "day"]


@given(st.lists(st.sampled_from(STEPS)))
def test_nothing_of_a_reviewed_keeper_is_shown_before_the_operator_says_so(steps: list[str]) -> None:
    row, today, seen = Row(), TODAY, False
    for step in steps:
        by_operator = step in ("approve", "hold")
        try:
            if step in ("publish", "approve", "later"):
                later = today + timedelta(days=3) if step == "later" else None
                row.publish(today=today, publish_on=later, unpublish_on=None, by_operator=by_operator, reviewed=True)
            elif step == "hide":
                row.hide_for_review()
                seen = False
            elif step == "day":
                today += timedelta(days=2)
                row.follow_schedule(today)
            else:
                row.suspend(by_operator=by_operator)
                seen = False
        except (HeldByOperator, NotInThatState):
            continue
        seen = seen or step == "approve"
        assert seen or row.publication is not PublicationState.PUBLISHED


def move(runtime: Runtime, days: int) -> Runtime:
    then: datetime = utcnow() + timedelta(days=days)
    return replace(runtime, clock=lambda: then)
