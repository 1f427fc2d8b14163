"""Rules of who may appoint whom in a case, and who may not be both. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from rtp_applications.parties.errors import (
    DutiesSeparated,
    HatsNotRecorded,
    NotYoursToAppoint,
    RolesCheckEachOther,
)
from rtp_applications.sides import get_group_reader, is_group_client
from rtp_applications.workflow.common.conflicts import list_bars
from rtp_applications.workflow.common.separation import OFFICIALS, list_opposites
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import find_roles
from rtp_applications.workflow.enums import APPLICANTS, MAY_NOT_DECIDE, Role
from rtp_applications.workflow.identities import NOBODY, OVERSIGHT
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from rtp_shared.identities import organisation_identity
from rtp_shared.problems import FieldError


def awaits_its_group(case: Facts) -> bool:
    """Return whether nobody speaks for the staff group yet: the employer put the case on file from its own system."""
    return case.opened_by == NOBODY


class Side(StrEnum):
    """A party on whose behalf somebody is appointed."""

    GROUP = "the lead of the staff group"
    EMPLOYER = "the employing body"
    DECISION_BODY = "the decision body"
    COMMISSIONER = "the commissioner"
    FURTHER_EMPLOYER = "a further employer"
    MUTUALS_TEAM = "the central mutuals team"


class Vouching(StrEnum):
    """The kind of vouching that a role asks for."""

    OWN = "own"
    """The group's own client, or the body itself."""
    ANYBODY = "anybody"
    """Another client or organisation may: it comes to see the case."""


APPOINTS: Mapping[Side, Mapping[Role, Vouching]] = {
    Side.GROUP: {
        Role.APPLICANT_LEAD: Vouching.OWN,
        Role.APPLICANT_MEMBER: Vouching.OWN,
        Role.STAFF_REP: Vouching.ANYBODY,
        Role.ADVISER: Vouching.ANYBODY,
        Role.MENTOR: Vouching.ANYBODY,
        Role.FUNDER: Vouching.ANYBODY,
        Role.MUTUAL_BOARD: Vouching.ANYBODY,
    },
    Side.EMPLOYER: {Role.CASE_OFFICER: Vouching.OWN, Role.STAFF_REP: Vouching.ANYBODY},
    Side.DECISION_BODY: {
        Role.DECISION_MAKER: Vouching.OWN,
        Role.PANEL_MEMBER: Vouching.OWN,
        Role.SCRUTINY_CHAIR: Vouching.OWN,
    },
    Side.COMMISSIONER: {Role.COMMISSIONER: Vouching.OWN},
    Side.FURTHER_EMPLOYER: {Role.FURTHER_EMPLOYER: Vouching.OWN},
    Side.MUTUALS_TEAM: {Role.ESCALATION_REVIEWER: Vouching.ANYBODY, Role.AUDITOR: Vouching.ANYBODY},
}
DECIDING = frozenset(
    {
        Role.CASE_OFFICER,
        Role.COMMISSIONER,
        Role.FURTHER_EMPLOYER,
        Role.SCRUTINY_CHAIR,
        Role.DECISION_MAKER,
        Role.PANEL_MEMBER,
        Role.ESCALATION_REVIEWER,
    }
)
"""Roles that sign what is decided for a body: an officer finds a group not eligible, a commissioner supports or does
not.
"""


def find_sides(snapshot: CaseSnapshot, caller: Caller, now: datetime) -> dict[Side, str]:
    """Return the sides that the caller stands on, and who vouches for a person there unless something else is said.

    The client that opened the case stands on the group's side alone, and for its lead only. No body has a side in a
    draft. Where no other body commissions or decides, the employer does.
    """
    case = snapshot.case
    if is_group_client(case, caller):
        return {Side.GROUP: caller.vouching_client} if Role.APPLICANT_LEAD in find_roles(snapshot, caller, now) else {}
    if case.submitted_at is None:
        return {}
    bodies = {
        Side.EMPLOYER: case.employer_id,
        Side.DECISION_BODY: case.decision_body,
        Side.COMMISSIONER: case.commissioner,
    }
    found = {side: organisation_identity(body) for side, body in bodies.items() if body}
    found = {side: holder for side, holder in found.items() if holder in caller.identities}
    for holder in map(organisation_identity, case.further_employer_ids):
        if holder in caller.identities:
            found.setdefault(Side.FURTHER_EMPLOYER, holder)
    if Role.MUTUALS_TEAM in caller.global_roles:
        found[Side.MUTUALS_TEAM] = next(each for each in caller.identities if each.startswith("org:"))
    return found


def require_appointing_side(snapshot: CaseSnapshot, role: Role, caller: Caller, now: datetime) -> tuple[Side, str]:
    """Return the side from which the caller may fill the role, and who vouches there; or refuse, saying who may."""
    for side, holder in find_sides(snapshot, caller, now).items():
        if role in APPOINTS[side]:
            return side, holder
    may = [str(side) for side, roles in APPOINTS.items() if role in roles]
    detail = f"{role} is appointed by {' or '.join(may) or 'nobody'}"
    if role in APPOINTS[Side.GROUP] and (lead := explain_lead(snapshot, caller, now)):
        detail += f"; {lead}"
    elif is_group_client(snapshot.case, caller):
        detail += "; this client opened the case, so it speaks for the staff group alone: a body acts by another client"
    raise NotYoursToAppoint(detail)


def may_change(snapshot: CaseSnapshot, party: Party, caller: Caller, now: datetime) -> bool:
    """Return whether the caller may appoint to the role, a body only for those it vouches for itself: it does not end
    the staff's representative whom the group chose.
    """
    sides = [side for side in find_sides(snapshot, caller, now) if party.role in APPOINTS[side]]
    bodies = {Side.EMPLOYER, Side.DECISION_BODY, Side.COMMISSIONER, Side.FURTHER_EMPLOYER}
    return any(side not in bodies or party.holder in caller.identities for side in sides)


def is_oneself(snapshot: CaseSnapshot, party: Party, caller: Caller) -> bool:
    """Return whether the party is the caller. The client that opened the case speaks for the group's people alone, also
    where it belongs to a body.
    """
    of_the_group = is_group_client(snapshot.case, caller)
    vouching = (caller.vouching_client,) if of_the_group else caller.identities
    return party.person == caller.person and party.holder in vouching


def require_separate(snapshot: CaseSnapshot, role: Role, person: str) -> None:
    """Refuse a role to whom it is barred: nobody decides who is or was on another side of the case, nor the other way
    round; nor whom a conflict bars.
    """
    opposite = MAY_NOT_DECIDE if role in DECIDING else DECIDING if role in MAY_NOT_DECIDE else frozenset()
    for party in snapshot.parties.values():
        if party.person == person and party.role in opposite:
            raise DutiesSeparated(f"this person is or was {party.role} in this case, so cannot be {role}")
    for party in snapshot.parties.values():
        if party.person == person and party.role in list_opposites(role):
            raise RolesCheckEachOther(f"this person is or was {party.role} in this case, so cannot be {role}")
    if role is Role.SCRUTINY_CHAIR and person in list_executive(snapshot):
        raise RolesCheckEachOther("the notice of the key decision lists this person among those who decide")
    if role in DECIDING and any(each.person == person for each in list_bars(snapshot)):
        raise DutiesSeparated(f"this person has a conflict of interest in this case, so cannot be {role}")


def list_executive(snapshot: CaseSnapshot) -> frozenset[str]:
    """Return the members of the body that decides, as the notice of the key decision lists them."""
    notice = snapshot.find(KeyDecisionAnnouncement)
    return frozenset(notice.members if notice else ())


def require_hats_recorded(snapshot: CaseSnapshot, party: Party) -> None:
    """Refuse a second body's role to a person who acts for a first one, unless it is said on what that rests."""
    if party.role not in OFFICIALS or party.mandate:
        return
    for other in snapshot.parties.values():
        of_another_body = other.role in OFFICIALS and other.holder != party.holder
        if other.person == party.person and of_another_body and not is_before(other, party):
            reason = f"is {other.role} for another body in this case: name the joint appointment on which both rest"
            raise HatsNotRecorded(errors=[FieldError("/mandate", reason)])


def is_before(party: Party, other: Party) -> bool:
    """Return whether the party is over before the other begins."""
    return party.valid_to is not None and party.valid_to < other.valid_from


def get_lasting_readers(case: Facts) -> frozenset[str]:
    """Return who sees the case whoever comes and goes: the group's client, the system and, once submitted, bodies."""
    bodies = [organisation_identity(body) for body in case.bodies] if case.submitted_at else []
    return frozenset({get_group_reader(case), "system", OVERSIGHT, *bodies})


def assign_pseudonyms(snapshot: CaseSnapshot) -> dict[str, str]:
    """Return a name for each applicant's person, by the order in which they were put on file: it never changes."""
    applying = sorted((each for each in snapshot.parties.values() if each.role in APPLICANTS), key=order_of_joining)
    people = dict.fromkeys(each.person for each in applying)
    return {person: f"Applicant {number}" for number, person in enumerate(people, 1)}


def order_of_joining(party: Party) -> tuple[bool, int]:
    """Return the order of joining: the lead who opened the case, then by ids, which grow."""
    return party.id.version == 7, party.id.int
