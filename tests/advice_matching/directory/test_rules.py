"""The laws of a profile, over generated ones."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.directory.rules import count_hours, find_contradictions, tidy_language

TODAY = date(2026, 11, 30)
days = st.integers(-300, 900).map(lambda each: TODAY + timedelta(days=each))
hours = st.integers(0, 400)
spans = st.builds(
    lambda day, length, number: {
        "starts_on": day,
        "ends_on": day + timedelta(days=length),
        "hours_per_month": number,
    },
    days,
    st.integers(-2, 60),
    hours,
)
profiles: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["adviser", "mentor", "ambassador"]),
        "in_person": st.booleans(),
        "regions": st.lists(st.just("E12000007"), max_size=1),
        "remote": st.booleans(),
        "headcount_from": st.none() | st.integers(1, 9),
        "headcount_to": st.none() | st.integers(1, 9),
        "hours_per_month": st.none() | hours,
        "calendar": st.lists(spans, max_size=4),
        "charge_basis": st.sampled_from(["free", "buyer-paid-day", "matched-cash"]),
        "day_rate": st.none() | st.integers(0, 100),
    }
)


@given(profiles, days)
def test_what_is_taken_means_one_thing(profile: dict[str, Any], day: date) -> None:
    if list(find_contradictions(profile)):
        return
    assert profile["in_person"] == bool(profile["regions"])
    assert profile["in_person"] or profile["remote"]
    assert profile["charge_basis"] != "free" or profile["day_rate"] is None
    covering = [each for each in profile["calendar"] if each["starts_on"] <= day <= each["ends_on"]]
    assert len(covering) <= 1, "a day has one number of hours"


@given(profiles)
def test_the_order_of_the_calendar_does_not_matter(profile: dict[str, Any]) -> None:
    turned = {**profile, "calendar": profile["calendar"][::-1]}
    found, again = (bool(list(find_contradictions(each))) for each in (profile, turned))
    assert found == again


@given(st.sampled_from(["EN", "cy-gb", "ZH-hant", "sr-Latn-rs", "es-419", "en-x-Plain", "sl-rozaj"]))
def test_a_language_tag_has_one_form(tag: str) -> None:
    written = tidy_language(tag)
    assert tidy_language(written.upper()) == tidy_language(written.lower()) == written


@pytest.mark.parametrize(
    ("usual", "spans", "hours"),
    [
        (20, [], 20),
        (None, [], None),
        (20, [("2026-11-01", "2026-12-31", 0)], 0),
        (20, [("2026-11-25", "2026-12-01", 0)], 18),
        (20, [("2026-12-01", "2026-12-15", 40)], 30),
        (20, [("2025-01-01", "2025-12-31", 0)], 20),
        (None, [("2026-11-01", "2026-12-31", 6)], 6),
        (None, [("2026-12-05", "2026-12-31", 6)], None),
    ],
)
def test_the_hours_of_the_month_to_come(
    usual: int | None, spans: list[tuple[str, str, int]], hours: int | None
) -> None:
    """From the last day of November: thirty days, each with the calendar's hours or the usual ones."""
    calendar = [{"starts_on": first, "ends_on": last, "hours_per_month": each} for first, last, each in spans]
    assert count_hours(usual, calendar, today=date(2026, 11, 30)) == hours
