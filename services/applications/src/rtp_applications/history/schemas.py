"""Response bodies about a case's history."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from rtp_applications.history.chain import Entry, Withheld
from rtp_applications.history.checking import Verdict
from rtp_applications.history.entries import format_instant
from rtp_shared.schemas import Output


class ActorView(Output):
    role: str
    person: str = Field(description="Opaque reference")
    holder: str = Field(description="Who vouches for the person")


class EntryView(Output):
    """One thing that was done to the case. The hash is SHA-256 over the canonical JSON (RFC 8785) of all the rest."""

    case_id: UUID
    position: int
    at: str = Field(description="UTC, to the microsecond")
    actor: ActorView
    action: str
    reason: str | None
    version: int = Field(description="Of the case, afterwards")
    changes: dict[str, list[Any]] = Field(description="JSON pointer: [before, after]; [before] alone where it is gone")
    snapshot: dict[str, Any] | None = Field(description="The whole state, where it was disclosed or came in")
    events: list[dict[str, Any]] = Field(description="The CloudEvents that were published with it")
    audience: str = Field(description="Who of those who see the case may read it: everybody, or bodies")
    salt: str = Field(description="Random, so that a withheld entry cannot be guessed from its hash")
    previous_hash: str
    hash: str


class WithheldView(Output):
    """An entry whose content you may not see: its hash still holds its neighbours together."""

    withheld: Literal[True] = True
    position: int
    previous_hash: str
    hash: str


class FaultView(Output):
    position: int = Field(description="Of the entry; 0 for the history as a whole")
    what: str


class VerdictView(Output):
    """Whether the history holds, and leads to the case as it stands."""

    holds: bool
    head: str = Field(description="The hash of the last entry: keep it, to find out later whether anything was changed")
    length: int
    faults: list[FaultView]


def build_entry_view(entry: Entry | Withheld) -> EntryView | WithheldView:
    if isinstance(entry, Withheld):
        return WithheldView(position=entry.position, previous_hash=entry.previous_hash.hex(), hash=entry.hash.hex())
    return EntryView(
        case_id=entry.case_id,
        position=entry.position,
        at=format_instant(entry.at),
        actor=ActorView(**entry.actor),
        action=entry.action,
        reason=entry.reason,
        version=entry.version,
        changes=entry.changes,
        snapshot=entry.snapshot,
        audience=entry.audience,
        salt=entry.salt,
        events=entry.events,
        previous_hash=entry.previous_hash.hex(),
        hash=entry.hash.hex(),
    )


def build_verdict_view(verdict: Verdict) -> VerdictView:
    return VerdictView(
        holds=not verdict.faults,
        head=verdict.head.hex(),
        length=verdict.length,
        faults=[FaultView(position=each.position, what=each.what) for each in verdict.faults],
    )
