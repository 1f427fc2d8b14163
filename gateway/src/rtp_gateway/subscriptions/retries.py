"""When a failed delivery is tried again."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""After the first try, the second, ...: ten tries in a good three days, as Standard Webhooks advise."""

LONGEST_REST = timedelta(hours=24)
"""A sink may ask for a longer rest, but is tried again after this one."""

JITTER = 0.1


def next_attempt(
    attempts: int, *, now: datetime, rest: timedelta | None = None, luck: float | None = None
) -> datetime | None:
    """When to try again after `attempts` tries; None where that was the last one.

    Never sooner than the sink asks for by `rest`, and up to a tenth later than the delay says, so that what failed
    together does not come back together. `luck` from 0 to 1 stands in for chance in tests.
    """
    if attempts > len(DELAYS):
        return None
    luck = random.random() if luck is None else luck  # noqa: S311 - jitter is no secret
    return now + max(DELAYS[attempts - 1], rest or timedelta()) * (1 + JITTER * luck)


def wanted_rest(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """The rest that a Retry-After header asks for, in seconds or as an HTTP date; None where it cannot be read."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_REST)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST_REST)
