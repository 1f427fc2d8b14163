"""Response bodies about a case's history."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from rtp_applications.history.chain import Chain, Entry, Erased, Withheld
from rtp_applications.history.checking import Verdict
from rtp_applications.history.entries import format_instant
from rtp_applications.sides import count_version
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import Facts
from rtp_shared.schemas import Output


class ActorView(Output):
    role: str
    person: str = Field(description="Opaque reference")
    holder: str = Field(description="Who vouches for the person")


class EntryView(Output):
    """One thing that was done to the case.

    The hash is SHA-256 over the canonical JSON (RFC 8785) of all the rest but `version`; where `chain` is null, of all
    the rest but `chain`. `commitments` and `erased` are left out where they are null, and `erased` always. Of an erased
    entry the hash is of what was there before.
    """

    case_id: UUID
    chain: Chain | None = Field(
        description="Whom it is for: draft (the staff group), case (all who see the case) or bodies; null where it is "
        "of before there were chains"
    )
    position: int = Field(description="In its chain")
    at: str = Field(description="UTC, to the microsecond")
    actor: ActorView
    action: str
    reason: str | None
    version: int = Field(description="Of the case afterwards, as you count it")
    changes: dict[str, list[Any]] = Field(
        description="JSON pointer: [before, after]; [before] alone where it is gone. Named as they were sealed, which "
        "the hash holds: `/service_name` is `serviceName` of the case, `/employer_id` its `employer`"
    )
    snapshot: dict[str, Any] | None = Field(
        description="The whole state, where it was disclosed or came in, named as in `changes`"
    )
    events: list[dict[str, Any]] = Field(description="The CloudEvents that were published with it")
    audience: str = Field(description="Who of those who see the case may read it: everybody, or bodies")
    salt: str = Field(description="Random, so that a withheld entry cannot be guessed from its hash")
    commitments: dict[str, str] | None = Field(
        description="Where it tells of an erasure: for each chain, SHA-256 over the digests of the entries before it, "
        "as the erasure left them; null in all others"
    )
    erased: Erased | None = Field(
        description="in-part: a person is named no more; whole: all that was said is gone; null where nothing is"
    )
    previous_hash: str
    hash: str


class WithheldView(Output):
    """An entry of before there were chains, whose content you may not see: its hash still holds its neighbours
    together.
    """

    withheld: Literal[True] = True
    position: int
    previous_hash: str
    hash: str


class ChainView(Output):
    """A chain of the case's history."""

    chain: Chain
    head: str = Field(description="The hash of its last entry: keep it, to find out later whether anything was changed")
    length: int


class FaultView(Output):
    chain: Chain | None
    position: int = Field(description="Of the entry in its chain; 0 for the history as a whole")
    what: str


class VerdictView(Output):
    """Whether the history holds, and leads to the case as it stands."""

    holds: bool
    chains: list[ChainView] = Field(description="Those that are yours")
    faults: list[FaultView]


def build_entry_view(entry: Entry | Withheld, case: Facts, caller: Caller) -> EntryView | WithheldView:
    if isinstance(entry, Withheld):
        return WithheldView(position=entry.position, previous_hash=entry.previous_hash.hex(), hash=entry.hash.hex())
    return EntryView(
        case_id=entry.case_id,
        chain=entry.chain,
        position=entry.position,
        at=format_instant(entry.at),
        actor=ActorView(**entry.actor),
        action=entry.action,
        reason=entry.reason,
        version=count_version(case, caller, at=entry),
        changes=entry.changes,
        snapshot=entry.snapshot,
        audience=entry.audience,
        salt=entry.salt,
        events=entry.events,
        commitments=dict(entry.commitments) if entry.commitments else None,
        erased=entry.erased,
        previous_hash=entry.previous_hash.hex(),
        hash=entry.hash.hex(),
    )


def build_verdict_view(verdict: Verdict) -> VerdictView:
    return VerdictView(
        holds=not verdict.faults,
        chains=[
            ChainView(chain=chain, head=end.hash.hex(), length=end.position) for chain, end in verdict.ends.items()
        ],
        faults=[FaultView(chain=each.chain, position=each.position, what=each.what) for each in verdict.faults],
    )
