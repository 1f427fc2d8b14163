"""Minimal and SPEI financial assistance, against cases worked by hand: ss.36 to 42 of the Subsidy Control Act 2022."""

from datetime import date
from typing import Any

import pytest

from rtp_applications.procurement.rules.assistance import (
    AssistanceAnswer,
    AssistanceKind,
    AssistanceQuestion,
    begin_applicable_period,
    begin_financial_year,
    count_assistance,
)
from tests.applications.procurement.assistance_worked import ROWS, Row
from tests.conftest import NewClient

MINIMAL, SPEI, EARLIER = (kind.value for kind in AssistanceKind)


def given(pounds: int | None, on: str, kind: str = MINIMAL, giver: str = "A council", **more: Any) -> dict[str, Any]:
    said = {"giver": giver, "kind": kind, "givenOn": on, "evidence": "MFA-1", **more}
    return said if pounds is None else {**said, "grossPence": pounds * 100}


def count(pounds: int | None, on: str, *received: dict[str, Any], **more: Any) -> AssistanceAnswer:
    said = {"received": list(received), "giveOn": on, "complete": True, **more}
    proposed = {} if pounds is None else {"proposedPence": pounds * 100}
    return count_assistance(AssistanceQuestion.model_validate({**said, **proposed}))


@pytest.mark.parametrize(
    ("day", "year", "period"),
    [
        (date(2027, 3, 31), date(2026, 4, 1), date(2024, 4, 1)),  # s.42(9): a year ends with 31 March
        (date(2027, 4, 1), date(2027, 4, 1), date(2025, 4, 1)),
        (date(2028, 2, 29), date(2027, 4, 1), date(2025, 4, 1)),
        (date(2026, 1, 1), date(2025, 4, 1), date(2023, 4, 1)),
        (date(2026, 12, 31), date(2026, 4, 1), date(2024, 4, 1)),
    ],
)
def test_a_financial_year_ends_on_31_march_and_two_before_it_count(day: date, year: date, period: date) -> None:
    assert (begin_financial_year(day), begin_applicable_period(day)) == (year, period)


UNTIL = given(300_000, "2024-03-31")
SINCE = given(300_000, "2024-04-01")


@pytest.mark.parametrize(
    ("because", "answer", "allowed", "left", "again"),
    [
        ("s.36(1): nothing was given", count(315_000, "2027-03-31"), True, 315_000, None),
        ("s.36(1): a pound too much, and it never fits", count(315_001, "2027-03-31"), False, 315_000, None),
        ("s.36(2)(b): of 31 March 2024 it is out", count(315_000, "2027-03-31", UNTIL), True, 315_000, None),
        ("s.36(2)(b): of 1 April 2024 it is in", count(15_001, "2027-03-31", SINCE), False, 15_000, "2027-04-01"),
        ("s.36(1): up to the ceiling", count(15_000, "2027-03-31", SINCE), True, 15_000, None),
        ("s.36(2): on 1 April 2027 it is out", count(15_001, "2027-04-01", SINCE), True, 315_000, None),
        ("s.36(7)(b): what comes later does not count", count(315_000, "2026-06-01", given(9, "2026-06-02")),
         True, 315_000, None),
        ("s.36(7)(b): what came the same day does", count(315_000, "2026-06-01", given(9, "2026-06-01")),
         False, 314_991, "2029-04-01"),
        ("s.36(1): of all givers", count(100_000, "2026-06-01", given(150_000, "2025-05-01"),
         given(100_000, "2026-05-01", giver="A trust")), False, 65_000, "2028-04-01"),
        ("s.36(2): room returns as years go out", count(300_000, "2026-06-01", given(100_000, "2024-05-01"),
         given(100_000, "2025-05-01"), given(10_000, "2026-05-01")), False, 105_000, "2028-04-01"),
        ("s.38(1): SPEI has another ceiling", count(725_000, "2026-06-01", kind=SPEI), True, 725_000, None),
        ("s.38(1): a pound too much", count(725_001, "2026-06-01", kind=SPEI), False, 725_000, None),
        ("s.38(1): minimal assistance counts for it too", count(425_001, "2026-06-01", SINCE, kind=SPEI),
         False, 425_000, "2027-04-01"),
        ("s.36(1): SPEI assistance counts against the lower one", count(1, "2026-06-01",
         given(400_000, "2025-06-01", SPEI)), False, 0, "2028-04-01"),
        ("s.42(8)(c): earlier small aid counts", count(15_001, "2026-03-31", given(300_000, "2024-01-31", EARLIER)),
         False, 15_000, "2026-04-01"),
        ("what else there is is not known", count(1, "2026-06-01", complete=None), None, None, None),
        ("it is known that there is more", count(1, "2026-06-01", complete=False), None, None, None),
        ("what one was worth is not known", count(1, "2026-06-01", given(None, "2026-05-01")), None, None, None),
        ("one outside the period is not asked", count(1, "2026-06-01", given(None, "2024-03-31")), True, 315_000, None),
        ("one has no evidence", count(1, "2026-06-01", given(9, "2026-05-01", evidence=None)), None, None, None),
        ("too much is too much whatever else there is", count(315_001, "2026-06-01", complete=None), False, None, None),
        ("nor does an unknown amount make it less", count(15_001, "2026-06-01", SINCE, given(None, "2026-05-01")),
         False, None, "2027-04-01"),
        ("what is proposed is not known", count(None, "2026-06-01", SINCE), None, 15_000, None),
        ("before the text that was read", count(1, "2023-12-31"), None, None, None),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)  # fmt: skip
def test_the_ceiling_is_as_worked_by_hand(
    because: str, answer: AssistanceAnswer, *, allowed: bool | None, left: int | None, again: str | None
) -> None:
    assert answer.allowed is allowed, because
    assert answer.headroom_pence == (None if left is None else left * 100), because
    assert answer.fits_from == (again and date.fromisoformat(again)), because
    assert "Subsidy Control Act 2022 s" in answer.section


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_others_and_older_days_are_as_worked_by_hand(row: Row) -> None:
    _, received, pounds, day, allowed, counted, missing, broken = row
    answer = count(pounds, day, *(given(worth, on, **more) for worth, on, more in received))
    assert (answer.allowed, answer.counted_pence, list(answer.missing)) == (allowed, counted * 100, missing)
    assert answer.breaks_on == (broken and date.fromisoformat(broken))


def test_where_nothing_is_offered_on_a_market_there_is_no_ceiling() -> None:
    """S.7(1), (2): to that extent nobody is an enterprise."""
    assert count(1_000_000, "2026-06-01", SINCE, economicActivity=False).allowed is True
    assert count(1_000_000, "2026-06-01", SINCE, economicActivity=True).allowed is False


@pytest.mark.parametrize(("pounds", "due"), [(100_000, False), (100_001, True), (None, None)])
def test_above_100_000_pounds_an_entry_in_the_database_is_due(pounds: int | None, *, due: bool | None) -> None:
    """Ss.33 and 36(4): up to it, the requirements as to transparency do not apply either."""
    assert count(pounds, "2026-06-01").database_entry is due


@pytest.mark.anyio
async def test_anyone_may_ask_and_is_told_what_would_settle_it(new_client: NewClient) -> None:
    client = await new_client()
    client.headers.pop("Authorization")
    asked = {"giveOn": "2026-06-01", "received": [given(None, "2026-05-01", evidence=None)], "proposedPence": 100}
    answer = await client.post("/v1/procurement/financial-assistance", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["allowed"], found["headroomPence"]) == ("unknown", None)
    assert found["missing"] == ["complete", "received/0/grossPence", "received/0/evidence"]
    assert found["text"]["path"] == "uk/ukpga-2022-23.md"
    refused = await client.post("/v1/procurement/financial-assistance", json={**asked, "kind": EARLIER})
    assert [each["field"] for each in refused.json()["errors"]] == ["/kind"]
