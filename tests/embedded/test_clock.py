"""The clock that tests move by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from rtp_embedded.clock import MovableClock

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)


def test_a_clock_that_is_moved_stands_still_in_between() -> None:
    clock = MovableClock(NOW)
    assert clock() == clock() == NOW
    clock.advance(timedelta(days=1))
    assert clock() == NOW + timedelta(days=1)
    with pytest.raises(ValueError, match="zone"):
        clock.move_to(datetime(2027, 1, 1))  # noqa: DTZ001
