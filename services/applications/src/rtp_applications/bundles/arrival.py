"""Rules for a case that arrives in a bundle. Pure: it saves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from rtp_applications.bundles.errors import NotToBeTakenIn
from rtp_applications.deadlines.rules.days import Calendars, civil_date
from rtp_applications.history.bundle import Bundle
from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Chain, Entry, Withheld, find_ends
from rtp_applications.history.restore import NotAState, restore_case
from rtp_applications.history.rows import IMPORT, stand_in_for
from rtp_applications.history.sealing import follow, seal_next
from rtp_applications.history.state import dump_state, list_changes
from rtp_applications.json_types import JsonMapping, JsonObject
from rtp_applications.sides import get_group_reader
from rtp_applications.workflow.enums import APPLICANTS, Audience
from rtp_applications.workflow.identities import OVERSIGHT, name_client
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature
from rtp_shared.contracts.applications import is_of_draft
from rtp_shared.identities import organisation_identity

_DIGITS = 10
"""Of an event's sequence number."""


@dataclass(frozen=True)
class ArrivedCase:
    """A case as it was elsewhere, and its history up to then."""

    snapshot: CaseSnapshot
    entries: Sequence[Entry | Withheld]

    @classmethod
    def read(cls, bundle: Bundle, calendars: Calendars) -> "ArrivedCase":
        """Read the case in a bundle that holds; refused where it is no case that could be kept here."""
        if not bundle.entries:
            raise NotToBeTakenIn("it has no history")
        entries = _count_entries(bundle.entries)
        readable = [entry for entry in entries if isinstance(entry, Entry)]
        _require_storable(bundle.state, readable)
        disclosed = _find_disclosed(readable)
        snapshot = _restore(
            bundle.state,
            calendars,
            version=len(entries),
            sequence=_find_sequence(bundle.events, submitted=disclosed is not None),
            changed_at=readable[-1].at if readable else bundle.manifest.made_at,
            draft_steps=disclosed - 1 if disclosed else 0,
            confidential_steps=max((entry.confidential_steps for entry in readable), default=0),
            disclosed_position=disclosed,
            audit_position=len(entries),
            **_find_heads(entries),
        )
        if (snapshot.case.id, snapshot.case.number) != (bundle.manifest.case_id, bundle.manifest.number):
            raise NotToBeTakenIn("its state is of another case than its manifest says")
        return cls(snapshot, entries)

    def list_entries(self) -> list[Entry]:
        """Return the history as it came, as the table holds it."""
        entries: list[Entry] = []
        at = self.snapshot.case.opened_at
        for place, entry in enumerate(self.entries, 1):
            if isinstance(entry, Withheld):
                entries.append(stand_in_for(entry, self.snapshot.case.id, at=at, place=place))
            else:
                at = entry.at
                entries.append(entry)
        return entries


def settle_here(snapshot: CaseSnapshot, *, client: str, now: datetime) -> CaseSnapshot:
    """Return the case as it stands here: the client that brings it acts for the staff group, and sees it; once it was
    submitted, so do the bodies that it names, and the central team.

    Clients of elsewhere mean nothing here, or somebody else: who held a role through one holds it no more, but for the
    group's own people, for whom the client that brings the case vouches now; where the former client was itself one of
    them, it takes its place.
    """
    case = snapshot.case
    bodies = [organisation_identity(body) for body in case.bodies] if case.submitted_at else []
    oversight = [OVERSIGHT] if case.submitted_at else []
    readers = list(dict.fromkeys([f"client:{client}", "system", *bodies, *oversight]))
    former, own = get_group_reader(case), f"client:{client}"
    moved = [_move_party(party, former, own, bodies, now) for party in snapshot.parties.values()]
    return snapshot.with_party(*moved).with_case(
        opened_by=client,
        readers=readers,
        draft_readers=[own, "system"] if case.submitted_at else [],
        version=case.version + 1,
        changed_at=max(now, case.changed_at),
    )


def seal_import(
    before: CaseSnapshot, after: CaseSnapshot, *, by: Signature, events: Sequence[JsonObject]
) -> tuple[CaseSnapshot, list[Entry]]:
    """Seal the import as entries that continue the chain; return the case with its new head, and them.

    The last of them holds the whole state, so that folding works from there on, whatever came without its content. It
    is for the bodies' side where the state is.
    """
    everybody = list_changes(before, after).get(Audience.EVERYBODY, {})
    at, state, confidential = after.case.changed_at, dump_state(after), _has_confidential(after)
    seal = partial(seal_next, by=by, at=at, action=IMPORT)
    first = seal(after, changes=everybody, events=events, snapshot=None if confidential else state)
    after, entries = follow(after, first), [first]
    if confidential:
        entries.append(seal(after, changes={}, snapshot=state, audience=Audience.BODIES))
        after = follow(after, entries[-1])
    if after.case.submitted_at is not None and after.case.disclosed_position is None:
        after = after.with_case(disclosed_position=first.place)
    return after, entries


def _has_confidential(snapshot: CaseSnapshot) -> bool:
    """Return whether the state holds anything that is for the bodies' side only."""
    audiences = {each.audience for each in snapshot.records.values()} | {
        each.audience for each in snapshot.documents.values()
    }
    return Audience.BODIES in audiences


def _move_party(party: Party, former: str, own: str, bodies: Sequence[str], now: datetime) -> Party:
    if party.holder == former and (party.role in APPLICANTS or former == own):
        itself = party.person == name_client(former.removeprefix("client:"))
        return replace(party, holder=own, person=name_client(own.removeprefix("client:")) if itself else party.person)
    today = civil_date(now)
    if party.holder in bodies:
        return party
    over = party.valid_to is not None and party.valid_to < today
    return party if over else replace(party, valid_to=today - timedelta(days=1))


def _restore(state: JsonMapping, calendars: Calendars, **kept: Any) -> CaseSnapshot:
    try:
        return restore_case(state, calendars=calendars, **kept)
    except NotAState as error:
        raise NotToBeTakenIn(f"its state is not one of a case here: {error}") from None


def _find_sequence(events: Sequence[JsonMapping], *, submitted: bool) -> int:
    """Return how many events the case has published since its submission, or as a draft: those that came with it say
    so.
    """
    own = [event for event in events if not submitted or not is_of_draft(str(event.get("source")))]
    numbers = [str(event.get("sequence")) for event in own]
    if not all(number.isdecimal() and len(number) <= _DIGITS for number in numbers):
        raise NotToBeTakenIn("an event in its history has no number")
    return max(map(int, numbers), default=0)


def _count_entries(entries: Sequence[Entry | Withheld]) -> list[Entry | Withheld]:
    """Return the entries counted as steps of the case here, each as one."""
    counted: list[Entry | Withheld] = []
    confidential = 0
    for place, entry in enumerate(entries, 1):
        confidential += entry.chain is Chain.BODIES
        if isinstance(entry, Entry):
            version = place if entry.chain else entry.version
            entry = replace(entry, place=place, version=version, confidential_steps=confidential)
        counted.append(entry)
    return counted


def _find_heads(entries: Sequence[Entry | Withheld]) -> dict[str, Any]:
    """Return the columns of the chains that go on here, by the entries that came."""
    ends = find_ends(entries)
    last, bodies = ends.get(Chain.CASE) or ends[Chain.DRAFT], ends.get(Chain.BODIES)
    confidential = {"confidential_position": bodies.position, "confidential_hash": bodies.hash} if bodies else {}
    return {"chain_position": last.position, "audit_hash": last.hash, **confidential}


def _find_disclosed(entries: Sequence[Entry]) -> int | None:
    """Return the first entry that holds the whole state of a submitted case."""
    found = (entry.place for entry in entries if entry.snapshot and entry.snapshot.get("submitted_at"))
    return next(found, None)


def _require_storable(state: JsonMapping, entries: Sequence[Entry]) -> None:
    """Refuse what PostgreSQL cannot hold: no NUL, in text or in JSON."""
    if any(b"\\u0000" in canonical(each) for each in (dict(state), *(entry.to_json() for entry in entries))):
        raise NotToBeTakenIn("it holds a character that is not text (U+0000)")
