"""What the profiles of networks and of their advisers have in common: a version, and a status that moves or refuses."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.directory.errors import ProfileNotPublished, ProfileSuspended, ProfileTakenDown
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_shared.etags import Expected

_PUBLISHED = ProfileStatus.PUBLISHED


class Profile:
    """A profile in the directory, kept by its network and moderated by the operator."""

    status: Mapped[ProfileStatus] = mapped_column(server_default=ProfileStatus.PUBLISHED.value)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    verified_on: Mapped[date | None]
    """The day on which its network last said that all of it is right."""
    suspended_for: Mapped[str | None]
    """The operator's reason, while it is suspended."""
    reminded_on: Mapped[date | None]
    """The day on which its network was last told that nobody had verified it for long."""
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Number of events about the profile."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""

    def expect(self, version: Expected) -> None:
        """Refuse a write on a version that is no more, or on what was taken down."""
        version.require(self.version)
        if self.status is ProfileStatus.WITHDRAWN:
            raise ProfileTakenDown

    def change(self, facts: dict[str, Any]) -> bool:
        """Take over what differs; return whether anything does."""
        differing = {name: value for name, value in facts.items() if getattr(self, name) != value}
        for name, value in differing.items():
            setattr(self, name, value)
        self.version += bool(differing)
        return bool(differing)

    def publish(self, *, overseen: bool, reviewed: bool = False) -> bool:
        """Show the profile to others; what the operator suspended or is to review, only the operator shows."""
        if overseen:
            return self.change({"status": _PUBLISHED, "suspended_for": None})
        if self.status is ProfileStatus.SUSPENDED:
            raise ProfileSuspended(f"the operator hid it: {self.suspended_for}")
        shown = ProfileStatus.IN_REVIEW if reviewed and self.status is not ProfileStatus.PUBLISHED else _PUBLISHED
        return self.change({"status": shown})

    def suspend(self, reason: str) -> bool:
        if self.status is ProfileStatus.DRAFT:
            raise ProfileNotPublished
        return self.change({"status": ProfileStatus.SUSPENDED, "suspended_for": reason})

    def verify(self, today: date) -> bool:
        """Note that its network has looked through the profile today."""
        return self.change({"verified_on": today})

    def withdraw(self) -> bool:
        return self.change({"status": ProfileStatus.WITHDRAWN, "suspended_for": None})

    def note_reminder(self, today: date, event_hash: str) -> None:
        """Note that its network was told today, by an event of this digest."""
        self.reminded_on = today
        self.count_event(event_hash)

    def count_event(self, event_hash: str) -> None:
        """Count an event about the profile, in its row lock: what is told of it has one order, whoever tells it."""
        self.event_hash = event_hash
        self.sequence += 1
