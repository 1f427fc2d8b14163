"""What may still be given under the ceiling of minimal financial assistance."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.procurement.rules.assistance import (
    CEILINGS,
    AssistanceKind,
    AssistanceQuestion,
    count_assistance,
)
from rtp_finance_directory.circumstances.subsidy import CEILING_PENCE, Assistance, find_room

YEAR = date(2026, 4, 1)
DAYS = st.dates(date(2024, 4, 1), date(2031, 3, 31))


def test_the_ceiling_is_that_of_the_law_as_the_cases_have_it() -> None:
    assert CEILINGS[AssistanceKind.MINIMAL] == CEILING_PENCE


def test_what_nobody_has_told_leaves_the_room_at_the_most_and_certain_of_nothing() -> None:
    room = find_room(None, YEAR)
    assert (room.counted_pence, room.room_pence) == (None, CEILING_PENCE)
    assert [room.judge(pence) for pence in (0, 1, CEILING_PENCE, CEILING_PENCE + 1)] == [True, None, None, False]


@given(
    st.lists(st.tuples(st.dates(date(2024, 4, 1), date(2026, 11, 30)), st.integers(0, 40_000_000)), max_size=4), DAYS
)
def test_what_is_kept_by_years_counts_on_every_day_as_the_rule_of_the_cases_counts(
    gifts: list[tuple[date, int]], day: date
) -> None:
    """Told on 30 November 2026: from then on, no day is counted otherwise by what was told."""
    told_on = date(2026, 11, 30)
    received = [
        {"giver": "A council", "kind": "minimal-financial-assistance", "givenOn": on, "grossPence": pence,
         "evidence": "Letter"}
        for on, pence in gifts
    ]  # fmt: skip

    def count(on: date) -> int:
        asked = {"received": received, "complete": True, "proposedPence": 0, "giveOn": on}
        return count_assistance(AssistanceQuestion.model_validate(asked)).counted_pence

    told = Assistance(YEAR, (count(told_on), count(date(2027, 4, 1)), count(date(2028, 4, 1))), True, told_on)
    day = max(day, told_on)
    assert told.count_on(day) == count(day)


@given(st.integers(0, 40_000_000), st.integers(0, 40_000_000), st.booleans())
def test_it_is_within_the_ceiling_for_certain_only_where_all_is_known_and_the_sum_is_below(
    counted: int, given_pence: int, confirmed: bool
) -> None:
    told = Assistance(YEAR, (counted, 0, 0), True, YEAR if confirmed else None)
    found = find_room(told, YEAR).judge(given_pence)
    if found is True:
        assert given_pence == 0 or (confirmed and counted + given_pence <= CEILING_PENCE)
    if found is False:
        assert counted + given_pence > CEILING_PENCE
