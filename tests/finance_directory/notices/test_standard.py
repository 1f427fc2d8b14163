"""What is read of notices: days, places, codes, stages, bodies."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.bodies import load as register
from rtp_finance_directory.notices.bodies import find_buyer, read_bodies
from rtp_finance_directory.notices.contracts import list_contracts
from rtp_finance_directory.notices.process import find_stage
from rtp_finance_directory.notices.sectors import read_sectors
from rtp_finance_directory.notices.standard.codes import list_cpv, list_notice_types, list_prefixes
from rtp_finance_directory.notices.standard.periods import Span, add_months, read_day, read_span
from rtp_finance_directory.notices.standard.places import find_region
from rtp_finance_directory.notices.vocabulary import NoticeStage
from rtp_shared.contracts.vocabulary import Sector
from tests.finance_directory.notices.conftest import make_award, make_release


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31T23:59:59+01:00", date(2026, 3, 31)),
        ("2026-04-01T23:59:59Z", date(2026, 4, 1)),
        ("2026-03-31T23:00:00Z", date(2026, 4, 1)),
        ("2026-01-31T23:00:00Z", date(2026, 1, 31)),
        ("2026-02-30T00:00:00Z", None),
        (None, None),
    ],
)
def test_a_day_is_london_s_and_the_last_minute_is_of_the_day_that_is_written(text: Any, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("period", "span"),
    [
        (None, Span()),
        (
            {"startDate": "2025-10-01T00:00:00+01:00", "durationInMonths": 12},
            Span(date(2025, 10, 1), date(2026, 9, 30)),
        ),
        ({"startDate": "2024-01-31T00:00:00Z", "durationInMonths": 1}, Span(date(2024, 1, 31), date(2024, 2, 28))),
        ({"startDate": "2025-01-01T00:00:00Z", "durationInDays": 365}, Span(date(2025, 1, 1), date(2025, 12, 31))),
        ({"startDate": "2025-01-01T00:00:00Z", "durationInMonths": 10**9}, Span(date(2025, 1, 1))),
        ({"durationInMonths": 12}, Span()),
        (
            {"endDate": "2025-12-31T00:00:00Z", "maxExtentDate": "2027-12-31T00:00:00Z"},
            Span(None, date(2025, 12, 31), date(2027, 12, 31)),
        ),
        ({"endDate": "2025-12-31T00:00:00Z", "maxExtentDate": "2025-12-31T00:00:00Z"}, Span(None, date(2025, 12, 31))),
    ],
)
def test_a_period_is_read_and_its_end_computed_where_it_says_how_long_it_is(period: Any, span: Span) -> None:
    assert read_span(period) == span


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 240), st.integers(0, 240))
def test_months_add_up_but_for_the_ends_of_months(day: date, first: int, second: int) -> None:
    together = add_months(day, first + second)
    apart = add_months(add_months(day, first), second)
    assert (together.year, together.month) == (apart.year, apart.month)
    assert apart <= together
    assert (day.day > 28) or apart == together


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ("London", "E12000007"), ("EAST MIDLANDS", "E12000004"), ("UKI31", "E12000007"), ("TLC", "E12000001"),
        ("UKM", "S92000003"), ("UK", "K02000001"), ("E12000009", "E12000009"), ("E06000001", "E12000001"),
        ("UKZ", None), ("UK wide", "K02000001"), ("Camden", None), ("", None), ("TL1", None),
    ],
)  # fmt: skip
def test_a_region_is_read_from_its_name_or_code(said: str, region: str | None) -> None:
    assert find_region(said) == region


def test_codes_are_read_with_and_without_check_digit_and_others_left() -> None:
    classification = {"scheme": "CPV", "id": "85000000-9"}
    items = [
        {"id": "1", "additionalClassifications": [{"scheme": "CPV", "id": "85311000"}, {"scheme": "X", "id": "1"}]}
    ]
    release = {"tender": {"classification": classification, "items": items}, "awards": [{"items": items}]}
    assert list_cpv(release) == ["85000000", "85311000"]
    assert list_prefixes(["85311000"]) == ["85", "853", "8531", "85311", "853110", "8531100", "85311000"]


def test_notices_are_listed_in_the_order_of_their_numbers() -> None:
    def publish(*types: str) -> dict[str, Any]:
        return {"documents": [{"noticeType": each} for each in types]}

    release = {
        "planning": publish("UK1"),
        "tender": publish("UK12", "uk4", "odd kind"),
        "contracts": [{"implementation": publish("UK9")}],
    }
    assert list_notice_types(release) == ["UK1", "UK4", "UK9", "UK12"]


@pytest.mark.parametrize(
    ("compiled", "stage"),
    [
        ({"planning": {}}, NoticeStage.PLANNING),
        ({"tender": {"status": "planned"}}, NoticeStage.PLANNING),
        ({"tender": {"status": "active"}, "planning": {}}, NoticeStage.TENDER),
        ({"tender": {"status": "withdrawn"}}, NoticeStage.ENDED),
        ({"tender": {"status": "complete"}}, NoticeStage.ENDED),
        ({"tender": {"status": "complete"}, "awards": [{"status": "active"}]}, NoticeStage.AWARD),
        ({"tender": {"status": "complete"}, "awards": [{"status": "unsuccessful"}]}, NoticeStage.ENDED),
        ({"awards": [{}], "contracts": [{"status": "active"}, {"status": "terminated"}]}, NoticeStage.CONTRACT),
        ({"awards": [{}], "contracts": [{"status": "terminated"}]}, NoticeStage.ENDED),
    ],
)
def test_the_stage_is_what_came_last(compiled: dict[str, Any], stage: NoticeStage) -> None:
    assert find_stage(compiled) is stage


def test_a_contract_stands_for_its_award_and_one_that_was_ended_is_over() -> None:
    compiled = make_award()
    compiled["awards"] += [{"id": "A2", "status": "cancelled"}, {"id": "A3", "suppliers": [{"id": "x", "name": "X"}]}]
    compiled["contracts"] += [{"id": "C2", "awardID": "A1", "status": "terminated"}, {"id": "C9", "awardID": "A9"}]
    rows = list_contracts(compiled)
    assert [(row.key, row.over, row.to_mutual) for row in rows] == [
        ("A1/C1", False, True), ("A1/C2", True, True), ("A3", False, None), ("A9/C9", False, None),
    ]  # fmt: skip


CAMDEN = UUID("da95d464-17f0-53ed-b6b7-cabb8ae4a12d")


@pytest.mark.parametrize(
    ("party", "name", "known_by"),
    [
        ({"additionalIdentifiers": [{"scheme": "GB-LAE", "id": "CMD"}]}, "Whoever", "identifier"),
        ({"identifier": {"scheme": "GB-LAE", "id": " CMD "}}, "Whoever", "identifier"),
        ({"id": "GB-LAE-CMD"}, "Whoever", "identifier"),
        ({"identifier": {"id": "GB-LAE-CMD"}}, "", "identifier"),
        ({}, "THE LONDON BOROUGH OF CAMDEN", "name"),
        (None, "Camden Council (LBC)", "name"),
        ({}, "Camden", None),
        ({}, "Camden Learning", None),
        ({}, "Council", None),
        ({}, "", None),
        ({"identifier": {"scheme": "GB-COH", "id": "CMD"}}, "Camden Ltd", None),
    ],
)
def test_a_buyer_is_recognised_by_identifier_or_else_by_name(party: Any, name: str, known_by: str | None) -> None:
    found = find_buyer(party, name)
    assert (found and (found.body.id, found.known_by.value)) == (known_by and (CAMDEN, known_by))


def test_every_current_body_is_recognised_by_its_own_name_and_never_as_another() -> None:
    for body in read_bodies().values():
        found = find_buyer(None, body.name)
        if found is not None:
            assert found.body.id == body.id or not body.current, body.name
        else:
            assert not body.current, body.name


def test_the_bodies_are_those_of_the_register() -> None:
    regions = {row["name"]: row["code"] for row in register._read_regions()}
    trusts = register._read("nhs-trusts-england.json")
    bodies = [
        *register._read_councils(register._read("councils-uk.json"), regions),
        *register._read_trusts(trusts),
        *register._read_boards(register._read("integrated_care_boards.json"), trusts),
    ]
    kept = read_bodies()
    assert {body["id"] for body in bodies} == set(kept)
    for body in bodies:
        mine = kept[body["id"]]
        references = {f"{each['scheme']}-{each['value']}" for each in body["identifiers"]}
        assert (mine.name, mine.current, set(mine.references)) == (body["name"], not body["ended_on"], references)


def test_every_sector_but_the_one_that_is_none_has_services() -> None:
    assert set(read_sectors()) == set(Sector) - {Sector.OTHER}
    for sector, services in read_sectors().items():
        assert all(2 <= len(code) <= 8 and code.isdigit() for code in services), sector


def test_a_release_of_the_united_kingdom_is_read_whole() -> None:
    release = make_release()
    assert list_cpv(release) == ["85312400"]
    assert list_notice_types(release) == ["UK4"]
