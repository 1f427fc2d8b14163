"""A case with its people changed. Pure: it saves nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from rtp_applications.cases.rules import require_may_be_let_in
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties.errors import (
    HeldAlready,
    LeadIsHandedOver,
    NoSuchParty,
    NotAHolder,
    NotYoursToAppoint,
    NotYoursToChange,
    PartyIsOver,
    ValidityNotRight,
)
from rtp_applications.parties.rules import (
    APPOINTS,
    Side,
    Vouching,
    awaits_its_group,
    find_sides,
    get_lasting_readers,
    is_oneself,
    may_change,
    order_of_joining,
    require_appointing_side,
    require_hats_recorded,
    require_separate,
)
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Party
from rtp_shared.problems import FieldError

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """A person who is to be appointed. `holder` vouches for the person, where it is not whoever appoints."""

    role: Role
    person: str
    holder: str | None = None
    mandate: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def appoint(snapshot: CaseSnapshot, new: NewParty, caller: Caller, now: datetime) -> tuple[CaseSnapshot, list[Party]]:
    """Return the case with the person in the role, and the parties that changed: of a new lead, the former one too."""
    if new.role is Role.APPLICANT_LEAD and awaits_its_group(snapshot.case):
        return _let_group_in(snapshot, new, caller, now)
    side, own = require_appointing_side(snapshot, new.role, caller, now)
    holder = new.holder or own
    if holder != own and APPOINTS[side][new.role] is Vouching.OWN:
        raise NotAHolder(errors=[FieldError("/holder", f"only {own.partition(':')[0]} of {side} itself vouches")])
    return admit(snapshot, new, holder, now)


def _let_group_in(
    snapshot: CaseSnapshot, new: NewParty, caller: Caller, now: datetime
) -> tuple[CaseSnapshot, list[Party]]:
    """Return the case with a lead of its staff group, and the client that vouches for the lead speaking for the group
    from now on, for good: as if it had opened the case.
    """
    if Side.EMPLOYER not in find_sides(snapshot, caller, now):
        raise NotYoursToAppoint("the employer put this case on file, and appoints the first lead of its staff group")
    holder = new.holder or ""
    if not holder.startswith("client:") or holder == caller.vouching_client:
        reason = "name the staff group's own client: it speaks for the group alone, and yours speaks for the body"
        raise NotAHolder(errors=[FieldError("/holder/client", reason)])
    if any(party.holder == holder for party in snapshot.parties.values()):
        raise NotAHolder(errors=[FieldError("/holder/client", "vouches for somebody else in this case")])
    return admit(snapshot.with_case(opened_by=holder.removeprefix("client:")), new, holder, now)


def admit(snapshot: CaseSnapshot, new: NewParty, holder: str, now: datetime) -> tuple[CaseSnapshot, list[Party]]:
    """Return the case with the person in the role, whoever decided on it, and the parties that changed."""
    require_separate(snapshot, new.role, new.person)
    today = civil_date(now)
    party = Party(
        id=make_id(snapshot, now),
        role=new.role,
        person=new.person,
        holder=holder,
        valid_from=new.valid_from or today,
        valid_to=new.valid_to,
        mandate=new.mandate,
    )
    require_hats_recorded(snapshot, party)
    _require_not_held(snapshot, party, today)
    if party.valid_from < civil_date(snapshot.case.opened_at):
        opened_on = civil_date(snapshot.case.opened_at)
        raise ValidityNotRight(errors=[FieldError("/validFrom", f"the case was opened on {opened_on}: not before it")])
    _require_validity(snapshot, party, today)
    former = [each for each in snapshot.parties.values() if is_lead(each) and not is_over(each, today)]
    left = [_end_yesterday(each, today) for each in former] if party.role is Role.APPLICANT_LEAD else []
    return _let_see(_put_over(snapshot, *left).with_party(party), holder), [party, *left]


def end(snapshot: CaseSnapshot, party_id: UUID, caller: Caller, now: datetime) -> tuple[CaseSnapshot, Party]:
    """Return the case with the party over from today on. Whose last party it was sees the case no more."""
    party, today = _find_changeable(snapshot, party_id, caller, now, oneself=True), civil_date(now)
    if is_lead(party):
        raise LeadIsHandedOver
    after = _end_yesterday(party, today)
    snapshot = _put_over(snapshot, after)
    held = any(each.holder == party.holder and not is_over(each, today) for each in snapshot.parties.values())
    if held or party.holder in get_lasting_readers(snapshot.case):
        return snapshot, after
    return snapshot.with_case(readers=[each for each in snapshot.case.readers if each != party.holder]), after


def amend(
    snapshot: CaseSnapshot, party_id: UUID, changes: Mapping[str, object], caller: Caller, now: datetime
) -> tuple[CaseSnapshot, Party]:
    """Return the case with another mandate or last day of the party; what is not named stays."""
    party = _find_changeable(snapshot, party_id, caller, now)
    after = replace(party, **changes)  # type: ignore[arg-type]  # of the columns that the body model names
    require_hats_recorded(snapshot, after)
    if after.valid_to != party.valid_to:
        _require_validity(snapshot, after, civil_date(now))
    return snapshot.with_party(after), after


def is_over(party: Party, today: date) -> bool:
    return party.valid_to is not None and party.valid_to < today


def is_lead(party: Party) -> bool:
    return party.role is Role.APPLICANT_LEAD


def make_id(snapshot: CaseSnapshot, now: datetime) -> UUID:
    """Make an id that comes after those of the case's other parties (UUID version 7), whatever the clock says."""
    bits = int(now.timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    last = max(snapshot.parties.values(), key=order_of_joining, default=None)
    if last is None or last.id.version != 7 or bits > last.id.int:
        return UUID(int=bits)
    return UUID(int=last.id.int + 1)


def _find_changeable(
    snapshot: CaseSnapshot, party_id: UUID, caller: Caller, now: datetime, *, oneself: bool = False
) -> Party:
    party = snapshot.parties.get(party_id)
    if party is None:
        raise NoSuchParty
    if not may_change(snapshot, party, caller, now) and not (oneself and is_oneself(snapshot, party, caller)):
        raise NotYoursToChange(explain_lead(snapshot, caller, now))
    if is_over(party, civil_date(now)):
        raise PartyIsOver(f"it ended on {party.valid_to}")
    return party


def _put_over(snapshot: CaseSnapshot, *parties: Party) -> CaseSnapshot:
    """Return the case once these are over. Who leaves a draft never applied: no body shall ever learn of them."""
    if snapshot.case.status is not Status.DRAFT:
        return snapshot.with_party(*parties)
    for party in parties:
        snapshot = snapshot.without_party(party.id)
    return snapshot


def _end_yesterday(party: Party, today: date) -> Party:
    """Return the party with yesterday as its last day; one that began today has held on no day."""
    return replace(party, valid_to=today - ONE_DAY)


def _require_not_held(snapshot: CaseSnapshot, party: Party, today: date) -> None:
    for each in snapshot.parties.values():
        if (each.role, each.person) == (party.role, party.person) and not is_over(each, today):
            raise HeldAlready(f"as party {each.id}")


def _require_validity(snapshot: CaseSnapshot, party: Party, today: date) -> None:
    """Refuse dates that would not hold: an outside holder sees the case at once, and until the party is ended."""
    if is_lead(party) and (party.valid_from != today or party.valid_to is not None):
        raise ValidityNotRight(errors=[FieldError("/validFrom", "a lead begins today, until another one does")])
    if party.holder not in get_lasting_readers(snapshot.case):
        if party.valid_to is not None:
            raise ValidityNotRight(errors=[FieldError("/validTo", "end the party when it is over: it sees till then")])
        if party.valid_from > today:
            raise ValidityNotRight(errors=[FieldError("/validFrom", "appoint it on the day: it sees from then on")])
    if party.valid_to is not None and party.valid_to < max(party.valid_from, today):
        raise ValidityNotRight(errors=[FieldError("/validTo", "is over already")])


def _let_see(snapshot: CaseSnapshot, holder: str) -> CaseSnapshot:
    """Let the holder see the case, even a draft: the lead chose so."""
    require_may_be_let_in(snapshot.case, holder)
    if holder in snapshot.case.readers:
        return snapshot
    return snapshot.with_case(readers=[*snapshot.case.readers, holder])
