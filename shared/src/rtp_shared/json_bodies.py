"""Bounds how many values a JSON body holds.

Its bytes are bounded too, but what has to be done for each value costs far more than its bytes: a body of 900 kB with
60,000 unknown names held its process, and every other caller with it, for a third of a second.
"""

from starlette.requests import Request

from rtp_shared.problems import TooLarge

MOST_VALUES = 2_000
"""Most members of objects and items of arrays in a body. The largest that our routes take have 1,000."""
MOST_SIGNS = 20_000
"""Most commas and brackets, those in texts counted too: more are in no body of ours, and it is not even parsed."""


async def require_few_values(request: Request) -> None:
    """Raise TooLarge where the JSON body, which is read whole, holds too many values; what is no JSON others refuse."""
    body = await request.body()
    signs = body.count(b",") + body.count(b"[") + body.count(b"{")
    if signs > MOST_SIGNS:
        raise TooLarge(f"at most {MOST_VALUES} values")
    if signs < MOST_VALUES:  # each value but the outermost comes after one of them
        return
    try:
        value = await request.json()
    except (ValueError, RecursionError):
        return
    _count_values(value)


def _count_values(value: object) -> None:
    count, waiting = 0, [value]
    while waiting:
        container = waiting.pop()
        inner = list(container.values()) if isinstance(container, dict) else container
        if isinstance(inner, list):
            count += len(inner)
            if count > MOST_VALUES:
                raise TooLarge(f"at most {MOST_VALUES} values")
            waiting += inner
