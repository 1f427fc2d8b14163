"""Three years to the day, and which past award is comparable."""

from datetime import date, timedelta

import pytest

from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import (
    PastAward,
    ReservationLaw,
    are_same_kind,
    begin_three_years,
    falls_within_three_years,
    find_first_free_day,
    is_comparable,
)

LIBRARIES, MUSEUMS, CARE = CpvCode("92511000"), CpvCode("92521000"), CpvCode("85312100")


@pytest.mark.parametrize(
    ("award", "first"),
    [
        (date(2026, 3, 1), date(2023, 3, 2)),
        (date(2026, 2, 28), date(2023, 3, 1)),
        (date(2027, 2, 28), date(2024, 2, 29)),
        (date(2027, 3, 1), date(2024, 3, 2)),
        (date(2028, 2, 29), date(2025, 3, 1)),
        (date(2026, 12, 31), date(2024, 1, 1)),
    ],
)
def test_the_period_of_three_years_ends_with_the_day_of_the_award(award: date, first: date) -> None:
    assert begin_three_years(award) == first
    assert falls_within_three_years(first, award)
    assert not falls_within_three_years(first - timedelta(days=1), award)
    assert falls_within_three_years(award, award)


@pytest.mark.parametrize(
    ("entered", "free"),
    [
        (date(2023, 3, 2), date(2026, 3, 2)),
        (date(2024, 2, 29), date(2027, 3, 1)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2025, 3, 1), date(2028, 3, 1)),
    ],
)
def test_the_first_day_on_which_it_may_be_awarded_again(entered: date, free: date) -> None:
    assert find_first_free_day(entered) == free
    assert not falls_within_three_years(entered, free)
    assert falls_within_three_years(entered, free - timedelta(days=1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (LIBRARIES, LIBRARIES, True),
        (CpvCode("92500000"), LIBRARIES, True),
        (LIBRARIES, MUSEUMS, None),  # both in 925: the law does not say
        (LIBRARIES, CARE, False),
    ],
)
def test_services_are_of_the_same_kind_by_their_codes(one: CpvCode, other: CpvCode, same: bool | None) -> None:
    assert are_same_kind([one], [other]) is same
    assert are_same_kind([other], [one]) is same


def test_only_an_award_of_the_same_authority_under_the_same_law_is_comparable() -> None:
    past = PastAward("A", "mutual", (LIBRARIES,), ReservationLaw.SECTION_33, date(2026, 1, 5))

    def compare(authority: str, law: ReservationLaw) -> bool | None:
        return is_comparable(past, authority=authority, codes=[LIBRARIES], law=law)

    assert compare("A", ReservationLaw.SECTION_33) is True
    assert compare("B", ReservationLaw.SECTION_33) is False
    assert compare("A", ReservationLaw.REGULATION_77) is False  # not awarded in reliance on s.33
