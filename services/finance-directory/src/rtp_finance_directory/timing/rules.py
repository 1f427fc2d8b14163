"""Whether money can be decided upon before the mutual goes live: pure. What nobody has said is never in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_shared.schemas import STORED

WEEK = timedelta(days=7)


class TimingOutcome(StrEnum):
    """Whether a product is decided upon before a day."""

    IN_TIME = "in-time"
    TOO_LATE = "too-late"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTime:
    """When a product takes applications, and how long it takes to decide. None is not known."""

    opened_on: date | None = None
    closed_on: date | None = None
    windows: Sequence[ApplicationWindow] = ()
    decision_weeks: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ProductTime":
        """Return the time of a product's row."""
        windows = [ApplicationWindow.model_validate(each, context=STORED) for each in row["windows"]]
        return cls(
            opened_on=row["opened_on"],
            closed_on=row["closed_on"],
            windows=windows,
            decision_weeks=row["decision_weeks"],
        )

    def find_opening(self, on: date) -> date | None:
        """Return the first day from `on` on that takes applications as far as is known; None if there is none."""
        first = max(on, self.opened_on or on)
        ahead = [window for window in self.windows if window.closes_on is None or window.closes_on >= first]
        if self.windows:
            first = max(first, ahead[0].opens_on) if ahead else date.max
        over = first == date.max or (self.closed_on is not None and self.closed_on < first)
        return None if over else first


@dataclass(frozen=True, slots=True)
class Timing:
    """What the time of a product means for the day on which a mutual goes live."""

    outcome: TimingOutcome
    reason: str
    decided_by: date | None = None
    """Where somebody applies on the first day on which it takes applications."""
    apply_by: date | None = None
    """The last day on which to apply, to have the decision on the day of going live."""


def judge_timing(time: ProductTime, *, go_live_on: date | None, on: date) -> Timing:
    """Judge whether who applies as soon as can be has the decision by the day of going live."""
    opens, weeks = time.find_opening(on), time.decision_weeks
    if opens is None:
        return Timing(TimingOutcome.TOO_LATE, "It takes no more applications.")
    decided = None if weeks is None else opens + weeks * WEEK
    if go_live_on is None:
        return Timing(TimingOutcome.NOT_KNOWN, "Nobody has said yet when the mutual goes live.", decided)
    if opens > go_live_on:
        return Timing(TimingOutcome.TOO_LATE, "It takes applications only after the mutual goes live.", decided)
    if weeks is None or decided is None:
        return Timing(TimingOutcome.NOT_KNOWN, "Its provider has not said how long a decision takes.")
    apply_by = go_live_on - weeks * WEEK
    if decided > go_live_on:
        return Timing(TimingOutcome.TOO_LATE, "It is decided after the mutual goes live.", decided, apply_by)
    return Timing(TimingOutcome.IN_TIME, "It is decided before the mutual goes live.", decided, apply_by)
