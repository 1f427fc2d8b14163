"""Who may appoint whom in a case, and who may not be both. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from rtp_applications.parties.errors import DutiesSeparated, NotYoursToAppoint, WouldDisclose
from rtp_applications.workflow.common.conflicts import list_bars
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import find_roles
from rtp_applications.workflow.enums import APPLICANTS, MAY_NOT_DECIDE, Role
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party
from rtp_shared.auth import organisation_reader


class Side(StrEnum):
    """On whose behalf somebody is appointed."""

    GROUP = "the lead of the staff group"
    EMPLOYER = "the employing body"
    DECISION_BODY = "the decision body"
    COMMISSIONER = "the commissioner"
    MUTUALS_TEAM = "the central mutuals team"


class Vouching(StrEnum):
    """Who vouches for the person in the role."""

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
    Side.MUTUALS_TEAM: {Role.ESCALATION_REVIEWER: Vouching.ANYBODY, Role.AUDITOR: Vouching.ANYBODY},
}
DECIDING = frozenset(
    {
        Role.CASE_OFFICER,
        Role.COMMISSIONER,
        Role.SCRUTINY_CHAIR,
        Role.DECISION_MAKER,
        Role.PANEL_MEMBER,
        Role.ESCALATION_REVIEWER,
    }
)
"""Who signs what is decided for a body: an officer finds a group not eligible, a commissioner supports or does not."""


def sides_of(file: CaseSnapshot, caller: Caller, now: datetime) -> dict[Side, str]:
    """The sides that the caller stands on, and who vouches for a person there unless something else is said.

    The client that opened the case stands on the group's side alone, and for its lead only. No body has a side in a
    draft. Where no other body commissions or decides, the employer does.
    """
    case = file.case
    if caller.vouching_client == f"client:{case.opened_by}":
        return {Side.GROUP: caller.vouching_client} if Role.APPLICANT_LEAD in find_roles(file, caller, now) else {}
    if case.submitted_at is None:
        return {}
    bodies = {
        Side.EMPLOYER: case.employer_id,
        Side.DECISION_BODY: case.decision_body,
        Side.COMMISSIONER: case.commissioner,
    }
    found = {side: organisation_reader(body) for side, body in bodies.items() if body}
    found = {side: holder for side, holder in found.items() if holder in caller.identities}
    if Role.MUTUALS_TEAM in caller.global_roles:
        found[Side.MUTUALS_TEAM] = next(each for each in caller.identities if each.startswith("org:"))
    return found


def appointing_side(file: CaseSnapshot, role: Role, caller: Caller, now: datetime) -> tuple[Side, str]:
    """The side from which the caller may fill the role, and who vouches there; or a refusal that says who may."""
    for side, holder in sides_of(file, caller, now).items():
        if role in APPOINTS[side]:
            return side, holder
    may = [str(side) for side, roles in APPOINTS.items() if role in roles]
    raise NotYoursToAppoint(f"{role} is appointed by {' or '.join(may) or 'nobody'}")


def may_change(file: CaseSnapshot, party: Party, caller: Caller, now: datetime) -> bool:
    """Whoever may appoint to the role, a body only for those it vouches for itself: it does not end the staff's
    representative whom the group chose.
    """
    sides = [side for side in sides_of(file, caller, now) if party.role in APPOINTS[side]]
    bodies = {Side.EMPLOYER, Side.DECISION_BODY, Side.COMMISSIONER}
    return any(side not in bodies or party.holder in caller.identities for side in sides)


def is_oneself(file: CaseSnapshot, party: Party, caller: Caller) -> bool:
    """The client that opened the case speaks for the group's people alone, also where it belongs to a body."""
    of_the_group = caller.vouching_client == f"client:{file.case.opened_by}"
    vouching = (caller.vouching_client,) if of_the_group else caller.identities
    return party.person == caller.person and party.holder in vouching


def require_separate(file: CaseSnapshot, role: Role, person: str) -> None:
    """Nobody decides who is or was on another side of the case, nor the other way round; nor whom a conflict bars."""
    opposite = MAY_NOT_DECIDE if role in DECIDING else DECIDING if role in MAY_NOT_DECIDE else frozenset()
    for party in file.parties.values():
        if party.person == person and party.role in opposite:
            raise DutiesSeparated(f"this person is or was {party.role} in this case, so cannot be {role}")
    if role in DECIDING and any(each.person == person for each in list_bars(file)):
        raise DutiesSeparated(f"this person has a conflict of interest in this case, so cannot be {role}")


def lasting_readers(case: Facts) -> frozenset[str]:
    """Who sees the case whoever comes and goes: the group's client, the system, and once submitted, the bodies."""
    bodies = [organisation_reader(body) for body in case.bodies] if case.submitted_at else []
    return frozenset({f"client:{case.opened_by}", "system", OVERSIGHT, *bodies})


def require_no_disclosure(case: Facts) -> None:
    """While the case is a draft, no body that it names is among its readers: only submitting it discloses it."""
    if case.submitted_at is None and not set(case.readers).isdisjoint(map(organisation_reader, case.bodies)):
        raise WouldDisclose("a body that the case names vouches for somebody in this draft; end that party first")


def pseudonyms(file: CaseSnapshot) -> dict[str, str]:
    """A name for each applicant's person, by the order in which they were put on file: it never changes."""
    applying = sorted((each for each in file.parties.values() if each.role in APPLICANTS), key=in_order)
    people = dict.fromkeys(each.person for each in applying)
    return {person: f"Applicant {number}" for number, person in enumerate(people, 1)}


def in_order(party: Party) -> tuple[bool, int]:
    """The order of joining: the lead who opened the case, then by ids, which grow."""
    return party.id.version == 7, party.id.int
