"""Three-valued truth: True, False, and None for what is not known. A missing fact never silently means no."""

from typing import TypeAlias

Truth: TypeAlias = bool | None


def all_of(*truths: Truth) -> Truth:
    """Return False if one is, True if all are, else None."""
    if any(each is False for each in truths):
        return False
    return None if None in truths else True


def any_of(*truths: Truth) -> Truth:
    """Return True if one is, False if none can be, else None."""
    if any(each is True for each in truths):
        return True
    return None if None in truths else False


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth
