"""The people of a case as its reader sees them."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties.rules import assign_pseudonyms, order_of_joining
from rtp_applications.parties.schemas import HolderView, PartyView
from rtp_applications.sides import is_group_client, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import APPLICANTS
from rtp_applications.workflow.snapshot import CaseSnapshot, Party


def can_see_name(snapshot: CaseSnapshot, party: Party, caller: Caller) -> bool:
    """Return whether the caller may see a name. The group's own client sees every name; a body, once the case is
    submitted, those of applicants and of the people whom it vouches for itself, but of nobody who had left the group by
    then; advisers, funders, representatives and all others none.
    """
    if is_group_client(snapshot.case, caller):
        return True
    if snapshot.case.submitted_at is None or not is_on_bodies_side(snapshot.case, caller):
        return False
    return party.holder in caller.identities or (party.role in APPLICANTS and not has_left_in_draft(snapshot, party))


def has_left_in_draft(snapshot: CaseSnapshot, party: Party) -> bool:
    """Return whether the party was over before the case was submitted. Of one that joined in the draft and ended on the
    day of the submission itself, nobody knows which came first: it counts as left.
    """
    submitted_at = snapshot.case.submitted_at
    if submitted_at is None or party.valid_to is None or party.valid_to >= civil_date(submitted_at):
        return False
    return not _has_joined_since(party, submitted_at)


def build_party_views(
    snapshot: CaseSnapshot, names: Mapping[UUID, str], caller: Caller, today: date
) -> list[PartyView]:
    """Return the parties in the order of joining. Of who left in the draft, only the group's own client learns."""
    own = is_group_client(snapshot.case, caller)
    seen = (each for each in snapshot.parties.values() if own or not has_left_in_draft(snapshot, each))
    return [build_party_view(snapshot, each, names, caller, today) for each in sorted(seen, key=order_of_joining)]


def build_party_view(
    snapshot: CaseSnapshot, party: Party, names: Mapping[UUID, str], caller: Caller, today: date
) -> PartyView:
    return PartyView(
        id=party.id,
        role=party.role,
        person=party.person,
        name=names.get(party.id) if can_see_name(snapshot, party, caller) else None,
        pseudonym=assign_pseudonyms(snapshot).get(party.person) if party.role in APPLICANTS else None,
        holder=_build_holder_view(party.holder),
        mandate=party.mandate,
        valid_from=party.valid_from,
        valid_to=party.valid_to and max(party.valid_from, party.valid_to),
        holds=party.holds(today),
    )


def _build_holder_view(holder: str) -> HolderView:
    kind, _, id_ = holder.partition(":")
    return (
        HolderView(client=id_, organisation=None)
        if kind == "client"
        else HolderView(client=None, organisation=UUID(id_))
    )


def _has_joined_since(party: Party, submitted_at: datetime) -> bool:
    """Return whether it joined later, by the id, which begins with the millisecond in which the party joined (UUID
    version 7).
    """
    return party.id.version == 7 and party.id.int >> 80 >= int(submitted_at.timestamp() * 1000)
