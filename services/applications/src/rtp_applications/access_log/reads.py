"""What one request shows of people, as it is noted while it is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rtp_applications.access_log.models import ReadKind
from rtp_shared.contracts.subject_data import OVERSEE
from rtp_shared.identities import SYSTEM

_OVERSEER = f"scope:{OVERSEE}"


@dataclass
class PersonalDataReads:
    """What one request shows of people."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self,
        kind: ReadKind,
        case_id: UUID | None,
        people: Mapping[str, Sequence[str]],
        *,
        reason: str | None = None,
        told: bool = True,
    ) -> None:
        """Note that people were shown, by who vouches for them. `told`: whether those may learn of it.

        Of a draft nobody learns who sees it: only whoever answers for the data is told.
        """
        for holder, references in people.items():
            readers = [holder, _OVERSEER, *SYSTEM] if told else [_OVERSEER, *SYSTEM]
            named = {"kind": kind, "case_id": case_id and str(case_id), "reason": reason, "holder": holder}
            self.rows.append({**named, "people": sorted(set(references)), "readers": readers})
