"""What a staff group prefers of an adviser, as columns of its support request. The case itself says none of it."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.constraints import Meeting
from rtp_advice_matching.ways import SAID, WayOut

_NONE = text("'{}'")
PREFERENCES = ("languages", "access_needs", "meeting", "kinds", "funders", "prior_advisers")


class Preferences:
    """What the group asks of an adviser, who has refused it, and what would change it while nobody is proposed."""

    languages: Mapped[list[str]] = mapped_column(server_default=_NONE)
    """Language tags, of which one must be spoken; none named means any."""
    access_needs: Mapped[list[str]] = mapped_column(server_default=_NONE)
    """All of which must be met."""
    meeting: Mapped[Meeting] = mapped_column(server_default=Meeting.ANY.value)
    kinds: Mapped[list[str]] = mapped_column(server_default=_NONE)
    """The kinds of adviser sought; none named means any."""
    funders: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()), server_default=_NONE)
    """Organisations that fund the group, which an adviser must be independent of as of the bodies."""
    prior_advisers: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()), server_default=_NONE)
    """Advisers or networks who have advised somebody in this matter before."""
    refused_by: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()), server_default=_NONE)
    """Advisers who declined the group or did not answer, or whose engagement with it ended early."""
    would_change: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """What would change it, where nobody could be proposed."""

    def prefer(self, preferences: Mapping[str, Any]) -> bool:
        """Take over what the group prefers, each list without repetitions; return whether anything differs."""
        given = {name: sorted(set(value)) if isinstance(value, list) else value for name, value in preferences.items()}
        differing = {name: value for name, value in given.items() if getattr(self, name) != value}
        for name, value in differing.items():
            setattr(self, name, value)
        return bool(differing)

    def note_refusal(self, adviser_id: uuid.UUID) -> None:
        """Note that an adviser is not for this group: they declined or did not answer, or it ended early."""
        self.refused_by = sorted({*self.refused_by, adviser_id})

    def note_ways(self, ways: list[WayOut]) -> None:
        """Note what would change it while nobody is proposed."""
        self.would_change = [
            {
                "change": way.change,
                "reason": SAID[way.change],
                "by": way.by,
                "count": way.count,
                "advisers": [str(each) for each in way.advisers],
            }
            for way in ways
        ]

    def read_preferences(self) -> dict[str, Any]:
        """Return what the matching rule asks for besides what the case says."""
        named = {name: frozenset(getattr(self, name) or ()) for name in PREFERENCES if name != "meeting"}
        return {**named, "refused_by": frozenset(self.refused_by or ()), "meeting": self.meeting or Meeting.ANY}
