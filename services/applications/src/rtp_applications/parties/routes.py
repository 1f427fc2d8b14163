"""The people of a case over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.access_log.reads import PersonalDataReads
from rtp_applications.access_log.routing import LoggedRoute, Reads
from rtp_applications.auth import Acting, CaseReader, CaseWriter
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.cases.queries import get_case
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties import commands
from rtp_applications.parties.appointing import NewParty
from rtp_applications.parties.queries import list_names
from rtp_applications.parties.reads import note_names
from rtp_applications.parties.schemas import Appointment, PartyChanges, PartyView
from rtp_applications.parties.views import build_party_view, build_party_views
from rtp_applications.sides import count_version
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Party
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, OfferedVersion, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

parties = create_router(prefix="/v1/cases", tags=["Parties"])
parties.route_class = LoggedRoute

PartyId = Annotated[UUID, Path(description="The party's id")]


@parties.get("/{case_id}/parties")
async def list_parties(
    case_id: CaseId,
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    reads: Reads,
    limit: Limit = 50,
    after: After = None,
    role: Annotated[Role | None, Query(description="Only those in this role")] = None,
) -> Page[PartyView]:
    """List who has, or had, which role in the case, in the order of joining.

    Applicants have a pseudonym that never changes. Personal names are shown to the staff group's own client; to the
    bodies once the case is submitted, those of applicants; to advisers, funders and representatives never. Who left
    before the submission is listed for the group's own client alone.
    """
    snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
    every = build_party_views(snapshot, await list_names(session, case_id), caller, civil_date(now))
    found = [each for each in every if role is None or each.role is role]
    if key := decode_cursor(after, UUID):
        seen = {each.id: place for place, each in enumerate(found, 1)}
        found = found[seen.get(key[0], len(found)) :]
    page, last = cut(found[: limit + 1], limit)
    note_names(reads, snapshot.case, page)
    return Page(items=list(page), next=last and encode_cursor(last.id))


@parties.post("/{case_id}/parties", status_code=201)
async def appoint_party(
    case_id: CaseId,
    appointment: Appointment,
    version: OfferedVersion,
    _: CaseWriter,
    context: Context,
    reads: Reads,
    response: Response,
) -> PartyView:
    """Give a person a role in the case.

    The lead of the staff group appoints its members, another lead (whose part then ends), the staff's representative,
    advisers, mentors, funders and the mutual's board; each body, once the case is submitted, its own people; the
    central team reviewers and auditors. Whoever vouches for a person comes to see the case, even a draft. A body that a
    draft names cannot, and its clients see nothing of it before it is submitted; other clients can once the draft names
    its employer. Nobody decides who applied, advised, represented staff or would fund, and nobody holds two roles of
    which one checks the other. Who acts for two bodies is appointed to the second with the joint appointment as
    `mandate`.
    """
    named = appointment.holder
    client, organisation = (named.client, named.organisation) if named else (None, None)
    holder = await commands.find_voucher(context, client=client, organisation=organisation)
    new = NewParty(
        role=appointment.role,
        person=appointment.person,
        holder=holder,
        mandate=appointment.mandate,
        valid_from=appointment.valid_from,
        valid_to=appointment.valid_to,
    )
    snapshot, party = await commands.appoint(context, case_id, new, name=appointment.name, version=version)
    response.headers["Location"] = f"/v1/cases/{case_id}/parties"
    return await _present(context, snapshot, party, reads, response)


@parties.patch("/{case_id}/parties/{party_id}")
async def amend_party(
    case_id: CaseId,
    party_id: PartyId,
    changes: PartyChanges,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    reads: Reads,
    response: Response,
) -> PartyView:
    """Change the mandate, the last day or the name. Another role or person is another party (RFC 7396)."""
    fields = changes.model_dump(exclude_unset=True)
    snapshot, party = await commands.amend(context, case_id, party_id, fields, version=version)
    return await _present(context, snapshot, party, reads, response)


@parties.post("/{case_id}/parties/{party_id}/actions/end")
async def end_party(
    case_id: CaseId,
    party_id: PartyId,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    reads: Reads,
    response: Response,
) -> PartyView:
    """End a person's part in the case, at once. It stays on file, and whoever vouched for nobody else in the case sees
    the case no more. People may end their own part, but for the lead, who hands over.
    """
    snapshot, party = await commands.end(context, case_id, party_id, version=version)
    return await _present(context, snapshot, party, reads, response)


async def _present(
    context: CommandContext, snapshot: CaseSnapshot, party: Party, reads: PersonalDataReads, response: Response
) -> PartyView:
    response.headers["ETag"] = format_etag(count_version(snapshot.case, context.caller))
    names = await list_names(context.session, snapshot.case.id)
    view = build_party_view(snapshot, party, names, context.caller, civil_date(context.now))
    note_names(reads, snapshot.case, [view])
    return view
