"""What becomes of a case that arrives in a bundle. Pure: it saves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rtp_applications.bundles.errors import NotToBeTakenIn
from rtp_applications.deadlines.rules.days import Calendars, civil_date
from rtp_applications.history.bundle import Bundle
from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Entry, Withheld, seal
from rtp_applications.history.restore import NotAState, file_of
from rtp_applications.history.rows import row_of, withheld_row
from rtp_applications.history.state import changed, state_of
from rtp_applications.workflow.enums import APPLICANTS, Audience
from rtp_applications.workflow.identities import OVERSIGHT, name_client
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature
from rtp_shared.auth import organisation_reader

_DIGITS = 10
"""Of an event's sequence number."""


@dataclass(frozen=True)
class Arrived:
    """A case as it was elsewhere, and its history up to then."""

    file: CaseSnapshot
    entries: Sequence[Entry | Withheld]

    @classmethod
    def of(cls, bundle: Bundle, calendars: Calendars) -> "Arrived":
        """The case in a bundle that holds; refused where it is no case that could be kept here."""
        if not bundle.entries:
            raise NotToBeTakenIn("it has no history")
        told = [entry for entry in bundle.entries if isinstance(entry, Entry)]
        state, last = bundle.state, bundle.entries[-1]
        _require_storable(state, told)
        file = _file(
            state,
            calendars,
            version=_version(bundle.entries),
            sequence=_sequence(bundle.events),
            changed_at=told[-1].at if told else bundle.manifest.made_at,
            disclosed_position=_disclosed(told),
            audit_position=last.position,
            audit_hash=last.hash,
        )
        if (file.case.id, file.case.number) != (bundle.manifest.case_id, bundle.manifest.number):
            raise NotToBeTakenIn("its state is of another case than its manifest says")
        return cls(file, bundle.entries)

    def rows(self) -> list[dict[str, Any]]:
        """The history as it came, for the table."""
        rows: list[dict[str, Any]] = []
        at, version = self.file.case.opened_at, 0
        for entry in self.entries:
            if isinstance(entry, Withheld):
                rows.append(withheld_row(entry, self.file.case.id, at=at, version=version))
            else:
                at, version = entry.at, entry.version
                rows.append(row_of(entry))
        return rows


def settled(file: CaseSnapshot, *, client: str, now: datetime) -> CaseSnapshot:
    """The case as it stands here: the client that brings it acts for the staff group, and sees it; once it was
    submitted, so do the bodies that it names, and the central team.

    Clients of elsewhere mean nothing here, or somebody else: who held a role through one holds it no more, but for the
    group's own people, for whom the client that brings the case vouches now; where the former client was itself one of
    them, it takes its place.
    """
    case = file.case
    bodies = [organisation_reader(body) for body in case.bodies] if case.submitted_at else []
    oversight = [OVERSIGHT] if case.submitted_at else []
    readers = list(dict.fromkeys([f"client:{client}", "system", *bodies, *oversight]))
    former, own = f"client:{case.opened_by}", f"client:{client}"
    moved = [_moved(party, former, own, bodies, now) for party in file.parties.values()]
    return file.with_party(*moved).with_case(
        opened_by=client, readers=readers, version=case.version + 1, changed_at=max(now, case.changed_at)
    )


def told(
    before: CaseSnapshot, after: CaseSnapshot, *, by: Signature, events: Sequence[dict[str, Any]]
) -> tuple[CaseSnapshot, list[dict[str, Any]]]:
    """The import as entries that continue the chain, and the file with its new head.

    The last of them holds the whole state, so that folding works from there on, whatever came without its content. It
    is for the bodies' side where the state is.
    """
    everybody = changed(before, after).get(Audience.EVERYBODY, {})
    state = state_of(after)
    if not _for_bodies(after):
        entries = [_entry(after, by, changes=everybody, events=events, snapshot=state)]
    else:
        public = _entry(after, by, changes=everybody, events=events)
        after = after.with_case(audit_position=public.position, audit_hash=public.hash)
        entries = [public, _entry(after, by, changes={}, snapshot=state, audience=Audience.BODIES)]
    last = entries[-1]
    after = after.with_case(audit_position=last.position, audit_hash=last.hash)
    if after.case.submitted_at is not None and after.case.disclosed_position is None:
        after = after.with_case(disclosed_position=entries[0].position)
    return after, [row_of(entry) for entry in entries]


def _for_bodies(file: CaseSnapshot) -> bool:
    """Whether the state holds anything that is for the bodies' side only."""
    audiences = {each.audience for each in file.records.values()} | {each.audience for each in file.documents.values()}
    return Audience.BODIES in audiences


def _entry(
    file: CaseSnapshot,
    by: Signature,
    *,
    changes: dict[str, list[Any]],
    events: Sequence[dict[str, Any]] = (),
    snapshot: dict[str, Any] | None = None,
    audience: Audience = Audience.EVERYBODY,
) -> Entry:
    case = file.case
    return seal(
        case_id=case.id,
        position=case.audit_position + 1,
        at=case.changed_at,
        actor={"role": by.role.value, "person": by.person, "holder": by.holder},
        action="import",
        version=case.version,
        changes=changes,
        snapshot=snapshot,
        events=events,
        audience=audience.value,
        previous_hash=case.audit_hash,
    )


def _moved(party: Party, former: str, own: str, bodies: Sequence[str], now: datetime) -> Party:
    if party.holder == former and (party.role in APPLICANTS or former == own):
        itself = party.person == name_client(former.removeprefix("client:"))
        return replace(party, holder=own, person=name_client(own.removeprefix("client:")) if itself else party.person)
    today = civil_date(now)
    if party.holder in bodies:
        return party
    over = party.valid_to is not None and party.valid_to < today
    return party if over else replace(party, valid_to=today - timedelta(days=1))


def _file(state: Mapping[str, Any], calendars: Calendars, **kept: Any) -> CaseSnapshot:
    try:
        return file_of(state, calendars=calendars, **kept)
    except NotAState as error:
        raise NotToBeTakenIn(f"its state is not one of a case here: {error}") from None


def _sequence(events: Sequence[Mapping[str, Any]]) -> int:
    """How many events the case has published: those that came with it say so."""
    numbers = [str(event.get("sequence")) for event in events]
    if not all(number.isdecimal() and len(number) <= _DIGITS for number in numbers):
        raise NotToBeTakenIn("an event in its history has no number")
    return max(map(int, numbers), default=0)


def _version(entries: Sequence[Entry | Withheld]) -> int:
    """The case's version, or one that is not lower: entries that came without content may each have been a change."""
    version = 0
    for entry in entries:
        version = entry.version if isinstance(entry, Entry) else version + 1
    return max(version, 1)


def _disclosed(told: Sequence[Entry]) -> int | None:
    """The first entry that holds the whole state of a submitted case."""
    found = (entry.position for entry in told if entry.snapshot and entry.snapshot.get("submitted_at"))
    return next(found, None)


def _require_storable(state: Mapping[str, Any], told: Sequence[Entry]) -> None:
    """PostgreSQL holds no NUL, in text or in JSON."""
    if any(b"\\u0000" in canonical(each) for each in (dict(state), *(entry.to_json() for entry in told))):
        raise NotToBeTakenIn("it holds a character that is not text (U+0000)")
