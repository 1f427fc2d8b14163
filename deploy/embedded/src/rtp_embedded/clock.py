"""A clock that is moved by hand, for demonstrations and tests: it stands still until then."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """A clock for a Platform. Calling it returns the time that it was moved to."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        """Set the time. Raises ValueError for a time without a zone."""
        if at.tzinfo is None:
            raise ValueError("an instant has a time zone")
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._at += by
