"""What the profiles of networks and of their advisers have in common: a version, and a status that moves or refuses."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.directory.errors import ProfileNotPublished, ProfileSuspended, ProfileTakenDown
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_shared.etags import Expected


class Profile:
    """A profile in the directory, kept by its network and moderated by the operator."""

    status: Mapped[ProfileStatus] = mapped_column(server_default=ProfileStatus.PUBLISHED.value)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    verified_on: Mapped[date | None]
    """The day on which its network last said that all of it is right."""
    suspended_for: Mapped[str | None]
    """The operator's reason, while it is suspended."""

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

    def publish(self, *, overseen: bool) -> bool:
        """Show the profile to others; what the operator suspended, only the operator shows again."""
        if self.status is ProfileStatus.SUSPENDED and not overseen:
            raise ProfileSuspended(f"the operator hid it: {self.suspended_for}")
        return self.change({"status": ProfileStatus.PUBLISHED, "suspended_for": None})

    def suspend(self, reason: str) -> bool:
        if self.status is ProfileStatus.DRAFT:
            raise ProfileNotPublished
        return self.change({"status": ProfileStatus.SUSPENDED, "suspended_for": reason})

    def verify(self, today: date) -> bool:
        """Note that its network has looked through the profile today."""
        return self.change({"verified_on": today})

    def withdraw(self) -> bool:
        return self.change({"status": ProfileStatus.WITHDRAWN, "suspended_for": None})
