"""The schedule of retries, and the pauses of a circuit that is open."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 10, 30, 60, 120, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""After the first try, the second, ...: fourteen tries in a good three days.

As Standard Webhooks advise, with steps between their 5 s and 5 min: a receiver that restarts is away for seconds.
"""

GIVE_UP_AFTER = timedelta(hours=75.5)
"""From the first failure on: a delivery becomes a dead letter, a subscription that never answered well is disabled."""

OPEN_AFTER = 3
"""Events that fail, with no success for any event in between, before the circuit of a subscription opens."""

LONGEST_COOLDOWN = timedelta(hours=24)
"""A sink may ask for a longer cooldown, but is tried again after this one."""

PROBE_EVERY = timedelta(hours=1)
"""The time between two health probes of a disabled subscription."""

JITTER = 0.1


LONGEST_BREAK = 2 * GIVE_UP_AFTER
"""Time without an attempt after which earlier failures say nothing about the present."""


def schedule_retry(
    failures: int,
    *,
    now: datetime,
    first_failed_at: datetime,
    failing_for: timedelta | None = None,
    cooldown: timedelta | None = None,
    luck: float | None = None,
) -> datetime | None:
    """Return the time of the next attempt after so many failures; None where it has been tried for three days.

    `failing_for` is how long its sink has taken nothing at all, where the event failed in that time only: it may not be
    to blame, so it is tried about as often as a sink is probed, after half as long again. Never sooner than the sink
    asks for by `cooldown`, and up to a tenth later than the delay says, so that what failed together does not come back
    together. `luck` from 0 to 1 stands in for chance in tests.
    """
    if now - first_failed_at >= GIVE_UP_AFTER:
        return None
    if failing_for is None:
        delay = DELAYS[min(max(failures, 1), len(DELAYS)) - 1]
    else:
        delay = min(max(failing_for / 2, DELAYS[0]), _choose_longest_pause(failing_for))
    return now + _add_jitter(max(delay, cooldown or timedelta()), luck)


def choose_pause(failures: int, *, failing_for: timedelta, luck: float | None = None) -> timedelta:
    """Return the time that a sink is left alone whose circuit is open, between one probe and the next.

    Short in the beginning, because most outages are, and whatever waits is sent as soon as a probe goes through.
    """
    doublings = min(max(failures - OPEN_AFTER, 0), 10)
    return _add_jitter(min(DELAYS[0] * 2**doublings, _choose_longest_pause(failing_for)), luck)


def _choose_longest_pause(failing_for: timedelta) -> timedelta:
    if failing_for >= timedelta(days=1):
        return timedelta(minutes=15)
    return timedelta(minutes=5) if failing_for >= timedelta(hours=1) else timedelta(minutes=1)


def _add_jitter(time: timedelta, luck: float | None) -> timedelta:
    luck = random.random() if luck is None else luck  # noqa: S311 - jitter is no secret
    return time * (1 + JITTER * luck)


def parse_retry_after(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """Return the cooldown of a Retry-After header, in seconds or as an HTTP date; None where it cannot be read."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_COOLDOWN)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST_COOLDOWN)
