"""Cases of the past over HTTP."""

from fastapi import Response

from rtp_applications.auth import Acting, Importer
from rtp_applications.cases.schemas import CaseView
from rtp_applications.cases.views import shown
from rtp_applications.historic import commands
from rtp_applications.historic.schemas import HistoricCase
from rtp_applications.workflow.processes import Processes
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.etags import etag
from rtp_shared.web import Events, Now, Session, router

historic_cases = router(prefix="/v1/historic-cases", tags=["Cases"])
processes = Processes()


@historic_cases.post("", status_code=201)
async def record_historic_case(
    told: HistoricCase, _: Importer, caller: Acting, session: Session, events: Events, now: Now, response: Response
) -> CaseView:
    """Write down a case under the Right to Request (2008 to 2010), for the record: nothing can be done with it.

    The body that it was put to may have been abolished since. Whoever follows it reads the case like any other.
    """
    process = processes.find_newest(Route.RIGHT_TO_REQUEST)
    file = await commands.record_historic_case(session, told, process=process, caller=caller, now=now, outbox=events)
    response.headers["Location"] = f"/v1/cases/{file.case.id}"
    response.headers["ETag"] = etag(file.case.version)
    return shown(file, caller, process, now)
