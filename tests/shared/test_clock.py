"""Instants and civil dates."""

from datetime import UTC, datetime

from rtp_shared import clock


def test_the_civil_date_is_that_of_london() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert late.astimezone(clock.LONDON).date().isoformat() == "2026-07-02"
    assert clock.utcnow().tzinfo is UTC
    assert clock.today() == clock.utcnow().astimezone(clock.LONDON).date()
