"""Noting whose names are shown, for the log of who read personal data."""

from collections import defaultdict
from collections.abc import Iterable

from rtp_applications.access_log.models import ReadKind
from rtp_applications.access_log.reads import PersonalDataReads
from rtp_applications.parties.schemas import HolderView, PartyView
from rtp_applications.workflow.snapshot import Facts
from rtp_shared.identities import organisation_identity


def note_names(reads: PersonalDataReads, case: Facts, shown: Iterable[PartyView]) -> None:
    """Note the parties that are shown with a name, by who vouches for them."""
    people = defaultdict[str, list[str]](list)
    for party in shown:
        if party.name is not None:
            people[_write_holder(party.holder)].append(party.person)
    reads.note(ReadKind.NAMES, case.id, people, told=case.submitted_at is not None)


def _write_holder(holder: HolderView) -> str:
    if holder.organisation is not None:
        return organisation_identity(holder.organisation)
    return f"client:{holder.client}"
