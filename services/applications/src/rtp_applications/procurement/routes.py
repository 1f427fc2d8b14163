"""The regime of a procurement over HTTP."""

from fastapi import Response

from rtp_applications.auth import Anyone
from rtp_applications.procurement.dependencies import GivenFacts
from rtp_applications.procurement.rules.regime import determine_regime
from rtp_applications.procurement.schemas import DeterminationView
from rtp_applications.procurement.views import show_determination
from rtp_shared.web import create_router

procurement = create_router(prefix="/v1/procurement", tags=["Procurement"])

CACHED = "public, max-age=3600"


@procurement.get("/regime")
async def compute_regime(_: Anyone, facts: GivenFacts, response: Response) -> DeterminationView:
    """Ask under which law a contract for a public service may be awarded, and in which ways, also to a new mutual.

    A dry run that keeps nothing: give what is known, leave out what is not. What is left out is not taken for no: the
    answer then says `unknown`, and `missing` names the facts that would settle it. Every rule that led to the answer
    comes with its provision, the text that was read, the facts used and its outcome. It covers services that public
    bodies in England buy; not works, utilities or defence. It is no legal advice, and replaces none.
    """
    response.headers["Cache-Control"] = CACHED
    return show_determination(determine_regime(facts))
