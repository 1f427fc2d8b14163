"""A case file with its people changed. Pure: it saves nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties.errors import (
    HeldAlready,
    LeadIsHandedOver,
    NoSuchParty,
    NotAHolder,
    NotYoursToChange,
    PartyIsOver,
    ValidityNotRight,
)
from rtp_applications.parties.rules import (
    APPOINTS,
    Vouching,
    appointing_side,
    in_order,
    is_oneself,
    lasting_readers,
    may_change,
    require_no_disclosure,
    require_separate,
)
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Party
from rtp_shared.problems import FieldError

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to be appointed. `holder`: who vouches, where it is not whoever appoints."""

    role: Role
    person: str
    holder: str | None = None
    mandate: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def appointed(file: CaseSnapshot, wanted: Wanted, caller: Caller, now: datetime) -> tuple[CaseSnapshot, list[Party]]:
    """The file with the person in the role, and the parties that changed: of a new lead, the former one too."""
    side, own = appointing_side(file, wanted.role, caller, now)
    holder = wanted.holder or own
    if holder != own and APPOINTS[side][wanted.role] is Vouching.OWN:
        raise NotAHolder(errors=[FieldError("/holder", f"only {own.partition(':')[0]} of {side} itself vouches")])
    require_separate(file, wanted.role, wanted.person)
    today = civil_date(now)
    party = Party(
        id=next_id(file, now),
        role=wanted.role,
        person=wanted.person,
        holder=holder,
        valid_from=wanted.valid_from or today,
        valid_to=wanted.valid_to,
        mandate=wanted.mandate,
    )
    _require_room(file, party, today)
    _require_validity(file, party, today)
    former = [each for each in file.parties.values() if is_lead(each) and not is_over(each, today)]
    left = [_over(each, today) for each in former] if party.role is Role.APPLICANT_LEAD else []
    return _seen_by(_left(file, *left).with_party(party), holder), [party, *left]


def ended(file: CaseSnapshot, party_id: UUID, caller: Caller, now: datetime) -> tuple[CaseSnapshot, Party]:
    """The file with the party over from today on. Whose last party it was sees the case no more."""
    party, today = _changeable(file, party_id, caller, now, oneself=True), civil_date(now)
    if is_lead(party):
        raise LeadIsHandedOver
    after = _over(party, today)
    file = _left(file, after)
    held = any(each.holder == party.holder and not is_over(each, today) for each in file.parties.values())
    if held or party.holder in lasting_readers(file.case):
        return file, after
    return file.with_case(readers=[each for each in file.case.readers if each != party.holder]), after


def amended(
    file: CaseSnapshot, party_id: UUID, changes: Mapping[str, Any], caller: Caller, now: datetime
) -> tuple[CaseSnapshot, Party]:
    """The file with another mandate or another last day of the party; what is not named stays."""
    party = _changeable(file, party_id, caller, now)
    after = replace(party, **changes)
    if after.valid_to != party.valid_to:
        _require_validity(file, after, civil_date(now))
    return file.with_party(after), after


def is_over(party: Party, today: date) -> bool:
    return party.valid_to is not None and party.valid_to < today


def is_lead(party: Party) -> bool:
    return party.role is Role.APPLICANT_LEAD


def next_id(file: CaseSnapshot, now: datetime) -> UUID:
    """An id that comes after those of the case's other parties (UUID version 7), whatever the clock says."""
    bits = int(now.timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    last = max(file.parties.values(), key=in_order, default=None)
    if last is None or last.id.version != 7 or bits > last.id.int:
        return UUID(int=bits)
    return UUID(int=last.id.int + 1)


def _changeable(file: CaseSnapshot, party_id: UUID, caller: Caller, now: datetime, *, oneself: bool = False) -> Party:
    party = file.parties.get(party_id)
    if party is None:
        raise NoSuchParty
    if not may_change(file, party, caller, now) and not (oneself and is_oneself(file, party, caller)):
        raise NotYoursToChange
    if is_over(party, civil_date(now)):
        raise PartyIsOver(f"it ended on {party.valid_to}")
    return party


def _left(file: CaseSnapshot, *parties: Party) -> CaseSnapshot:
    """The file once these are over. Who leaves a draft never applied: no body shall ever learn of them."""
    if file.case.status is not Status.DRAFT:
        return file.with_party(*parties)
    for party in parties:
        file = file.without_party(party.id)
    return file


def _over(party: Party, today: date) -> Party:
    """Yesterday was its last day; one that began today has held on no day."""
    return replace(party, valid_to=today - ONE_DAY)


def _require_room(file: CaseSnapshot, party: Party, today: date) -> None:
    for each in file.parties.values():
        same = (each.role, each.person, each.holder) == (party.role, party.person, party.holder)
        if same and not is_over(each, today):
            raise HeldAlready(f"as party {each.id}")


def _require_validity(file: CaseSnapshot, party: Party, today: date) -> None:
    """What an outside holder sees, it sees until the party is ended: so it has no last day, and begins at once."""
    if is_lead(party) and (party.valid_from != today or party.valid_to is not None):
        raise ValidityNotRight(errors=[FieldError("/validFrom", "a lead begins today, until another one does")])
    if party.holder not in lasting_readers(file.case):
        if party.valid_to is not None:
            raise ValidityNotRight(errors=[FieldError("/validTo", "end the party when it is over: it sees till then")])
        if party.valid_from > today:
            raise ValidityNotRight(errors=[FieldError("/validFrom", "appoint it on the day: it sees from then on")])
    if party.valid_to is not None and party.valid_to < max(party.valid_from, today):
        raise ValidityNotRight(errors=[FieldError("/validTo", "is over already")])


def _seen_by(file: CaseSnapshot, holder: str) -> CaseSnapshot:
    """Whoever vouches for somebody in the case sees it, even a draft: the lead chose so."""
    if holder not in file.case.readers:
        file = file.with_case(readers=[*file.case.readers, holder])
    require_no_disclosure(file.case)
    return file
