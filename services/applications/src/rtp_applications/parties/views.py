"""The people of a case as its reader sees them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from rtp_applications.cases.views import sees_all
from rtp_applications.clocks.days import civil_date
from rtp_applications.parties.rules import in_order, pseudonyms
from rtp_applications.parties.schemas import PartyView
from rtp_applications.workflow.casefile import CaseFile, Party
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.words import APPLICANTS


def sees_name(file: CaseFile, party: Party, caller: Caller) -> bool:
    """The group's own client sees every name; a body, once the case is submitted, those of applicants and of the
    people whom it vouches for itself, but of nobody who had left the group by then; advisers, funders, representatives
    and all others none.
    """
    if caller.holder == f"client:{file.case.opened_by}":
        return True
    submitted_at = file.case.submitted_at
    if submitted_at is None or not sees_all(file, caller):
        return False
    left_before = party.valid_to is not None and party.valid_to < civil_date(submitted_at)
    return party.holder in caller.readers or (party.role in APPLICANTS and not left_before)


def shown(file: CaseFile, names: Mapping[UUID, str], caller: Caller, today: date) -> list[PartyView]:
    """In the order of joining."""
    known = pseudonyms(file)
    return [
        PartyView(
            id=each.id,
            role=each.role,
            person=each.person,
            name=names.get(each.id) if sees_name(file, each, caller) else None,
            pseudonym=known.get(each.person) if each.role in APPLICANTS else None,
            holder=each.holder,
            mandate=each.mandate,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            holds=each.holds(today),
        )
        for each in sorted(file.parties.values(), key=in_order)
    ]
