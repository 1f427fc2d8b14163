"""When a delivery is tried again: the pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from rtp_gateway.outbound.deliveries.retries import (
    DELAYS,
    GIVE_UP_AFTER,
    LONGEST_COOLDOWN,
    parse_retry_after,
    schedule_retry,
)

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_fourteen_tries_over_three_days() -> None:
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=38, seconds=45)
    for failures, delay in enumerate(DELAYS, start=1):
        assert schedule_retry(failures, now=NOW, first_failed_at=NOW, luck=0) == NOW + delay
        assert schedule_retry(failures, now=NOW, first_failed_at=NOW, luck=1) == NOW + delay * 1.1
        due = schedule_retry(failures, now=NOW, first_failed_at=NOW)
        assert due is not None
        assert NOW + delay <= due <= NOW + delay * 1.1
    assert schedule_retry(2, now=NOW, first_failed_at=NOW - GIVE_UP_AFTER) is None


def test_an_event_that_failed_while_nothing_got_through_is_tried_like_a_probe() -> None:
    failing_for, tried = timedelta(), []
    while failing_for < timedelta(hours=30):
        at = NOW + failing_for
        due = schedule_retry(1, now=at, first_failed_at=NOW, failing_for=failing_for, luck=0)
        assert due is not None
        tried.append((due - at).total_seconds())
        failing_for += due - at
    assert tried[:7] == [5, 5, 5, 7.5, 11.25, 16.875, 25.3125]
    assert set(tried[10:]) == {60, 300, 900}
    assert tried == sorted(tried)
    assert schedule_retry(1, now=NOW, first_failed_at=NOW - GIVE_UP_AFTER, failing_for=GIVE_UP_AFTER) is None


def test_never_sooner_than_the_sink_asks_for() -> None:
    rest = timedelta(seconds=60)
    assert schedule_retry(1, now=NOW, first_failed_at=NOW, cooldown=rest, luck=0) == NOW + rest
    assert schedule_retry(5, now=NOW, first_failed_at=NOW, cooldown=rest, luck=0) == NOW + DELAYS[4]


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("Sun, 29 Mar 2026 12:02:00 GMT", timedelta(seconds=120)),
        ("Sun, 29 Mar 2026 11:00:00 GMT", timedelta()),
        ("Sunday, 29-Mar-26 12:02:00 GMT", timedelta(seconds=120)),
        ("999999999999", LONGEST_COOLDOWN),
        ("Fri, 29 Mar 2999 12:02:00 GMT", LONGEST_COOLDOWN),
        ("Fri, 29 Mar 99999999999999999999 12:02:00 GMT", None),
        ("Fri, 29 Mar 2999 12:02:00 +99999999999999999999", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, rest: timedelta | None) -> None:
    assert parse_retry_after(header, now=NOW) == rest
