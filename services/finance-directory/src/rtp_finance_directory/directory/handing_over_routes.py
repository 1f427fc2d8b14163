"""HTTP in, HTTP out: the operator hands over a funder that came with the service."""

from fastapi import Response

from rtp_finance_directory.auth import FinanceOverseer
from rtp_finance_directory.directory.handing_over import hand_over_funder as hand_over
from rtp_finance_directory.funders.funder_routes import FunderId, show_funder
from rtp_finance_directory.funders.schemas import FunderView
from rtp_finance_directory.moderation.schemas import HandOverGiven
from rtp_shared.dependencies import ExpectedVersion, Now, Session
from rtp_shared.web import create_router

handing_over = create_router(prefix="/v1/funders", tags=["Funders"])


@handing_over.post(
    "/{funder_id}/actions/hand-over",
    responses={409: {"description": "An organisation drafted it itself, or it is withdrawn"}},
)
async def hand_over_funder(
    funder_id: FunderId,
    said: HandOverGiven,
    version: ExpectedVersion,
    principal: FinanceOverseer,
    session: Session,
    now: Now,
    response: Response,
) -> FunderView:
    """Hand a funder that came with the service over to the organisation that it is, which keeps it from then on.

    Its programmes and products that came with the service go with it, each with a version `handed-over`, and stay shown
    as they are. With `organisation` null all that is handed over comes back. What an organisation has drafted itself
    stays its own.
    """
    await hand_over(session, funder_id, said.organisation, version=version, now=now)
    return await show_funder(session, funder_id, principal, response)
