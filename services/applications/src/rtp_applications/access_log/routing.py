"""Routes that show personal data: who was shown whose is stored before the answer is sent, or nothing is sent.

The names of a whole list are one INSERT, in a transaction of its own after that of the request, which only reads.
"""

import json
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from rtp_applications.access_log.reads import PersonalDataReads
from rtp_shared.db import get_driver
from rtp_shared.identities import Principal
from rtp_shared.service import Runtime
from rtp_shared.streaming import StreamingRoute
from rtp_shared.web import RouteHandler, ServiceRoute

_STORE = """
    INSERT INTO personal_data_reads
        (at, client_id, organisation, person, kind, case_id, reason, holder, people, readers)
    SELECT $1, $2, $3, $4, r.kind, r.case_id, r.reason, r.holder, r.people, r.readers FROM jsonb_to_recordset($5::jsonb)
        AS r (kind text, case_id uuid, reason text, holder text, people text[], readers text[])
"""


class LoggedRoute(ServiceRoute):
    """A route that stores what it shows of people."""

    async def _answer(self, inner: RouteHandler, request: Request, client: Principal | None) -> Response:
        reads = request.state.personal_data_reads = PersonalDataReads()
        response = await super()._answer(inner, request, client)
        if reads.rows:
            await _store(request, reads)
        return response


class LoggedStreamingRoute(LoggedRoute, StreamingRoute):
    """The same of a route that opens its transactions itself."""


async def _store(request: Request, reads: PersonalDataReads) -> None:
    runtime: Runtime = request.app.state.runtime
    principal: Principal = request.state.principal
    person = request.headers.get("on-behalf-of")
    by = (runtime.clock(), principal.client_id, principal.organisation, person)
    async with runtime.database.transaction(principal.identities) as session:
        await (await get_driver(session)).execute(_STORE, *by, json.dumps(reads.rows))


async def _get_reads(request: Request) -> PersonalDataReads:
    reads: PersonalDataReads = request.state.personal_data_reads
    return reads


Reads = Annotated[PersonalDataReads, Depends(_get_reads)]
"""Where a route notes what it shows of people."""
