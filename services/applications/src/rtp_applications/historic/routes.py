"""Cases of the past over HTTP."""

from fastapi import Response

from rtp_applications.auth import Importer
from rtp_applications.cases.dependencies import Context
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.routes import present_case
from rtp_applications.cases.schemas import CaseView
from rtp_applications.historic import commands
from rtp_applications.historic.schemas import HistoricCase
from rtp_shared.web import create_router

historic_cases = create_router(prefix="/v1/historic-cases", tags=["Cases"])


@historic_cases.post("", status_code=201)
async def record_historic_case(past: HistoricCase, _: Importer, context: Context, response: Response) -> CaseView:
    """Write down a case under the Right to Request (2008 to 2010), for the record: nothing can be done with it.

    The body that it was put to may have been abolished since. Whoever follows it reads the case like any other.
    """
    snapshot = await commands.record_historic_case(context, past)
    response.headers["Location"] = f"/v1/cases/{snapshot.case.id}"
    stored = await get_case(context.session, snapshot.case.id, readers=context.caller.identities, now=context.now)
    return present_case(context, stored, response)
