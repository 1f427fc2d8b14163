"""The dated tables of the law, as they were taken down from the texts, and codes by their hierarchy."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from rtp_applications.procurement.rules import tables
from rtp_applications.procurement.rules.amounts import find_amount, get_amounts
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.tables import find_thresholds, get_code_list, get_texts, match_code, read_table

LISTS = ("light-touch", "provider-selection", "regulation-77", "social-services-2015")


def list_printed() -> Iterator[str]:
    """Every code that a table prints with its check digit."""
    for name in LISTS:
        for row in read_table(name)["rows"]:
            yield from (row[end] for end in ("code", "to") if "-" in row.get(end, ""))


def test_the_check_digit_of_every_printed_code_follows_from_its_eight_digits() -> None:
    printed = list(list_printed())
    assert len(printed) > 180
    assert [each for each in printed if str(CpvCode.parse(each)) != each] == []


@pytest.mark.parametrize(
    "written",
    [
        "8531210",
        "853121000",
        "85312100-1",
        "85312100-",
        "85312100–0",
        "00000000",
        "00000000-0",
        "12345678",
        "99000000",
        "libraries",
        "٨٥٣١٢١٠٠",
        " 85312100",
    ],
)
def test_what_is_no_code_is_refused_in_plain_words(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no CPV code|is mistyped"):
        CpvCode.parse(written)


@pytest.mark.parametrize(
    ("wide", "narrow", "covers"),
    [
        ("92000000", "92511000", True),
        ("92500000", "92511000", True),
        ("92511000", "92500000", False),
        ("92500000", "92600000", False),
        ("80000000", "80300000", True),
        ("80000000", "85300000", False),  # a division has two digits, also where the second is a nought
        ("85312100", "85312110", True),
        ("85312100", "85312100", True),
    ],
)
def test_a_code_covers_those_that_begin_with_its_digits(wide: str, narrow: str, *, covers: bool) -> None:
    assert CpvCode(wide).covers(CpvCode(narrow)) is covers


@pytest.mark.parametrize(
    ("name", "code", "listed"),
    [
        ("light-touch", "75231240", True),  # probation
        ("light-touch", "90511000", False),
        ("light-touch", "64200000", None),  # telecommunications, below "Postal and telecommunications services"
        ("provider-selection", "85111000", True),
        ("provider-selection", "85112100", None),  # hospital bedding, left out of a schedule that lists around it
        ("provider-selection", "85000000", None),  # wider than what is listed
        ("provider-selection", "85312100", False),
        ("regulation-77", "85000000", True),
        ("regulation-77", "85323000", True),
        ("regulation-77", "85400000", False),
        ("regulation-77", "92511000", True),  # below 92500000, which it covers
        ("regulation-77", "92000000", None),
        ("social-services-2015", "75231220", True),
        ("social-services-2015", "75231300", None),
        ("social-services-2015", "45000000", False),
    ],
)
def test_a_list_has_what_it_names_and_its_ranges(name: str, code: str, listed: bool | None) -> None:
    assert match_code(name, CpvCode(code)).listed is listed


def test_the_marks_of_reservable_services_are_those_of_column_3() -> None:
    entries = {each.codes.first.digits: each for each in get_code_list("light-touch").entries}
    assert (len(entries), sum(each.reservable for each in entries.values())) == (421, 144)
    reservable = {"80310000", "80320000", "80330000", "80340000", "80521000", "80522000", "98133100", "98133110",
                  "75123000", "85200000", "92622000"}  # fmt: skip
    others = {"98513310", "79995000", "92320000", "75231240", "75250000", "75124000", "80510000", "98200000"}
    assert all(entries[code].reservable for code in reservable)
    assert not any(entries[code].reservable for code in others)


def test_every_text_is_dated_and_can_be_found_again() -> None:
    texts = get_texts()
    assert all(len(each.commit) == 40 and each.path == f"uk/{each.key}.md" for each in texts.values())
    assert {get_code_list(name).text for name in LISTS} <= texts.keys()
    assert {row["text"] for row in read_table("thresholds")["rows"]} <= texts.keys()


def test_a_row_that_was_changed_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def misread(rows: list[Any]) -> str:
        return hashed([*rows[1:], {**rows[0], "reservable": True}])

    hashed = tables.hash_rows
    monkeypatch.setattr(tables, "hash_rows", misread)
    with pytest.raises(ValueError, match="light-touch"):
        read_table("light-touch")


@pytest.mark.parametrize(
    ("day", "sub_central", "concession"),
    [
        (date(2022, 1, 1), 21_347_700, 533_693_700),
        (date(2023, 12, 31), 21_347_700, 533_693_700),
        (date(2024, 1, 1), 21_490_400, 537_260_900),
        (date(2025, 2, 24), 21_490_400, 537_260_900),
        (date(2025, 12, 31), 21_490_400, 537_260_900),
        (date(2026, 1, 1), 20_772_000, 519_300_000),
    ],
)
def test_the_amounts_are_those_of_the_day_of_commencement(day: date, sub_central: int, concession: int) -> None:
    found = find_thresholds(day)
    assert found is not None
    assert (found.sub_central, found.concession, found.light_touch) == (sub_central, concession, 66_354_000)


def test_no_amounts_are_made_up_for_days_before_the_table() -> None:
    assert find_thresholds(date(2021, 12, 31)) is None


@pytest.mark.parametrize(
    ("name", "day", "pounds"),
    [
        ("key-performance-indicators", date(2025, 2, 24), 5_000_000),
        ("key-performance-indicators", date(2025, 2, 23), None),
        ("contract-copy", date(2026, 9, 1), 5_000_000),
        ("below-threshold-notices-central", date(2026, 9, 1), 12_000),
        ("below-threshold-notices", date(2026, 9, 1), 30_000),
        ("provider-selection-modification", date(2024, 1, 1), 500_000),
        ("subsidy-database", date(2024, 1, 1), 100_000),
    ],
)
def test_a_duty_begins_at_the_amount_of_the_day(name: str, day: date, pounds: int | None) -> None:
    found = find_amount(name, day)
    assert (found.pence if found else None) == (pounds and pounds * 100)


def test_every_amount_names_a_text_that_was_read() -> None:
    assert {each.text for each in get_amounts()} <= get_texts().keys()
