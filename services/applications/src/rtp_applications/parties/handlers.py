"""Handlers of other services' events about the people of a case. An event may come twice or late."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.parties.appointing import NewParty
from rtp_applications.parties.commands import admit_accepted
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.advice_matching import SupportAgreed
from rtp_shared.identities import SYSTEM, organisation_identity

ADVICE_MATCHING = Caller("advice-matching", SYSTEM, frozenset({Role.SYSTEM}))
ROLES = {"adviser": Role.ADVISER}
"""By the kind of whoever was accepted; all others are mentors."""


async def handle_support_agreed(session: AsyncSession, heard: HandlerContext) -> None:
    """Make the adviser whom the staff group accepted a party of its case: acceptance lets the network see it."""
    agreed = heard.event.read_as(SupportAgreed)
    if agreed.network_id is None or agreed.kind is None:  # of a release that did not say
        return
    context = CommandContext(session, ADVICE_MATCHING, heard.outbox.clock(), heard.outbox, heard.resources)
    mandate = f"Accepted by the staff group in support request {agreed.support_request_id}"
    party = NewParty(role=ROLES.get(agreed.kind, Role.MENTOR), person=str(agreed.adviser_id), mandate=mandate)
    try:
        await admit_accepted(context, agreed.case_id, party, organisation_identity(agreed.network_id), mandate)
    except NoSuchCase:  # its case was never here, or its service was restored to a time before
        return


HANDLERS = {SupportAgreed.TYPE: handle_support_agreed}
