"""Laws of case numbers."""

import itertools

from hypothesis import assume, given
from hypothesis import strategies as st

from rtp_applications.cases.numbers import make_number, read_number

DIGITS = [i for i, c in enumerate("RTP-482-715-9361") if c.isdigit()]


def test_a_new_number_reads_back_however_it_is_typed() -> None:
    for _ in range(200):
        number = make_number()
        assert read_number(number) == number
        assert read_number(number.replace("-", " ").lower()) == number
        assert read_number(number.removeprefix("RTP-").replace("-", "")) == number


@given(st.sampled_from(DIGITS), st.integers(1, 9))
def test_one_wrong_digit_is_found(place: int, off_by: int) -> None:
    number = make_number()
    wrong = number[:place] + str((int(number[place]) + off_by) % 10) + number[place + 1 :]
    assert read_number(wrong) is None


@given(st.sampled_from(list(itertools.pairwise(DIGITS))))
def test_two_swapped_neighbours_are_found(places: tuple[int, int]) -> None:
    number = list(make_number())
    first, second = places
    assume(number[first] != number[second])
    number[first], number[second] = number[second], number[first]
    assert read_number("".join(number)) is None


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    number = read_number(text)
    assert number is None or read_number(number) == number
