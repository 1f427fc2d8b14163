"""The bounds of fairness of one operator, and which of them are passed."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.fairness.bound_rules import Evaluation, FairnessMeasure, MeasuredGroup
from rtp_advice_matching.repairs.models import Person
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity

KEPT = 20
"""So many versions before the newest are kept."""


class FairnessBounds(Model):
    """What an operator holds fairness to. It is for the clients of its organisation alone."""

    __tablename__ = "fairness_bounds"

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    """Counts the settings of bounds; 0 while there was none. It is no count of events."""
    sequence: Mapped[int]
    """Number of events that it has published."""
    event_hash: Mapped[str | None]
    readers: Mapped[list[str]]
    bounds: Mapped[dict[str, Any]]
    """By measure; a measure without a bound is left out."""
    set_by: Mapped[str | None]
    set_client: Mapped[str | None]
    set_at: Mapped[datetime | None]
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The versions before, newest first."""
    passed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The bounds that were passed when they were looked at last, each since when."""
    looked_at: Mapped[datetime | None]
    """Of when the figures were that it was held against last."""

    @staticmethod
    def make_columns(organisation_id: uuid.UUID) -> dict[str, object]:
        """Return the columns of a row without any bound."""
        return {
            "organisation_id": organisation_id,
            "version": 0,
            "sequence": 0,
            "readers": [organisation_identity(organisation_id), *SYSTEM],
            "bounds": {},
            "earlier": [],
            "passed": [],
        }

    def set_to(
        self, bounds: Mapping[FairnessMeasure, int | None], *, version: Expected, person: Person, now: datetime
    ) -> None:
        """Set all bounds at once. What changes nothing counts no version."""
        version.require(self.version)
        wanted = {str(measure): bound for measure, bound in bounds.items() if bound is not None}
        if wanted == self.bounds and self.version:
            return
        if self.version:
            self.earlier = [self.write_version(), *self.earlier][:KEPT]
        self.version += 1
        self.bounds = wanted
        self.set_by, self.set_client, self.set_at = person.reference, person.client_id, now

    def write_version(self) -> dict[str, Any]:
        """Write down the bounds as they stand, and who set them when."""
        return {
            "version": self.version,
            "bounds": self.bounds,
            "set_by": self.set_by,
            "set_client": self.set_client,
            "set_at": self.set_at.isoformat() if self.set_at else None,
        }

    def count_places(self, reference: str) -> int:
        """Return how often a person is named."""
        return [self.set_by, *(each["set_by"] for each in self.earlier)].count(reference)

    def rename_person(self, reference: str, pseudonym: str) -> int:
        """Put a pseudonym wherever a person is named; return how often that was."""
        places = self.count_places(reference)
        if self.set_by == reference:
            self.set_by = pseudonym
        self.earlier = [
            {**each, "set_by": pseudonym if each["set_by"] == reference else each["set_by"]} for each in self.earlier
        ]
        return places

    @property
    def passed_now(self) -> frozenset[MeasuredGroup]:
        return frozenset(
            MeasuredGroup(FairnessMeasure(each["measure"]), each["by"], each["group"]) for each in self.passed
        )

    def is_newer_than(self, time: datetime) -> bool:
        """Return whether it was held against figures of that time, or of a later one."""
        return self.looked_at is not None and self.looked_at >= time

    def note(self, found: Evaluation, *, measured_at: datetime) -> None:
        """Note which bounds are passed now; one that was before keeps its time."""
        kept = [
            each for each in self.passed if MeasuredGroup(each["measure"], each["by"], each["group"]) in found.passed
        ]
        news = [
            {**each.of._asdict(), "value": each.value, "bound": each.bound, "since": measured_at.isoformat()}
            for each in found.newly
        ]
        self.passed = [*kept, *news]
        self.looked_at = measured_at

    def count_event(self, event_hash: str) -> None:
        self.sequence += 1
        self.event_hash = event_hash
