"""The people of a case as its reader sees them."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from rtp_applications.cases.views import sees_all
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties.rules import in_order, pseudonyms
from rtp_applications.parties.schemas import PartyView
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import APPLICANTS
from rtp_applications.workflow.snapshot import CaseSnapshot, Party


def sees_name(file: CaseSnapshot, party: Party, caller: Caller) -> bool:
    """The group's own client sees every name; a body, once the case is submitted, those of applicants and of the
    people whom it vouches for itself, but of nobody who had left the group by then; advisers, funders, representatives
    and all others none.
    """
    if caller.vouching_client == f"client:{file.case.opened_by}":
        return True
    if file.case.submitted_at is None or not sees_all(file, caller):
        return False
    return party.holder in caller.identities or (party.role in APPLICANTS and not left_in_draft(file, party))


def left_in_draft(file: CaseSnapshot, party: Party) -> bool:
    """Whether the party was over before the case was submitted. Of one that joined in the draft and ended on the day of
    the submission itself, nobody knows which came first: it counts as left.
    """
    submitted_at = file.case.submitted_at
    if submitted_at is None or party.valid_to is None or party.valid_to >= civil_date(submitted_at):
        return False
    return not _joined_since(party, submitted_at)


def shown(file: CaseSnapshot, names: Mapping[UUID, str], caller: Caller, today: date) -> list[PartyView]:
    """In the order of joining. Of who left in the draft, nobody but the group's own client learns."""
    own = caller.vouching_client == f"client:{file.case.opened_by}"
    seen = (each for each in file.parties.values() if own or not left_in_draft(file, each))
    return [view(file, each, names, caller, today) for each in sorted(seen, key=in_order)]


def view(file: CaseSnapshot, party: Party, names: Mapping[UUID, str], caller: Caller, today: date) -> PartyView:
    return PartyView(
        id=party.id,
        role=party.role,
        person=party.person,
        name=names.get(party.id) if sees_name(file, party, caller) else None,
        pseudonym=pseudonyms(file).get(party.person) if party.role in APPLICANTS else None,
        holder=party.holder,
        mandate=party.mandate,
        valid_from=party.valid_from,
        valid_to=party.valid_to,
        holds=party.holds(today),
    )


def _joined_since(party: Party, submitted_at: datetime) -> bool:
    """By the id, which begins with the millisecond in which the party joined (UUID version 7)."""
    return party.id.version == 7 and party.id.int >> 80 >= int(submitted_at.timestamp() * 1000)
