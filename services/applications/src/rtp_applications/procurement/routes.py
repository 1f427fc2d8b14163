"""The regime of a procurement over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from rtp_applications.auth import Anyone
from rtp_applications.procurement.dependencies import GivenFacts
from rtp_applications.procurement.queries import add_comparable_contract
from rtp_applications.procurement.rules.assistance import AssistanceQuestion, count_assistance
from rtp_applications.procurement.rules.regime import determine_regime
from rtp_applications.procurement.rules.tables import search_codes
from rtp_applications.procurement.schemas import AssistanceAnswerView, DeterminationView, ListedCodesView
from rtp_applications.procurement.views import show_assistance, show_codes, show_determination
from rtp_shared.dependencies import Session
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

procurement = create_router(prefix="/v1/procurement", tags=["Procurement"])

Authority = Annotated[
    str | None,
    Query(
        max_length=64,
        description="The body that awards, by id or identifier: with `provider`, its records of awards count in the "
        "cooling-off of reserved contracts",
        examples=["GB-LAE-CMD"],
    ),
    Storable,
]
Provider = Annotated[
    str | None,
    Query(max_length=64, description="The provider, by its identifier; with `authority`", examples=["GB-COH-01234567"]),
    Storable,
]


@procurement.get("/regime")
async def compute_regime(
    _: Anyone,
    facts: GivenFacts,
    session: Session,
    response: Response,
    authority: Authority = None,
    provider: Provider = None,
) -> DeterminationView:
    """Ask under which law a contract for a public service may be awarded, and in which ways, also to a new mutual.

    A dry run that keeps nothing: give what is known, leave out what is not. What is left out is not taken for no: the
    answer then says `unknown`, and `missing` names the facts that would settle it. Every rule that led to the answer
    comes with its provision, the text that was read, the facts used and its outcome. It covers services that public
    bodies in England buy; not works, utilities or defence. It is no legal advice, and replaces none.

    With `authority` and `provider`, the records of awards are looked through for a comparable reserved contract. That
    one is found settles the cooling-off; that none is found does not, for not every award is on record here.
    """
    if (authority is None) is not (provider is None):
        wrong = "provider" if authority is None else "authority"
        raise Invalid(errors=[FieldError(wrong, "is given without the other of the two", "query")])
    if authority is not None and provider is not None:
        facts = await add_comparable_contract(session, facts, authority, provider)
    response.headers["Cache-Control"] = "no-cache" if authority else "public, max-age=3600"
    return show_determination(determine_regime(facts))


@procurement.post("/financial-assistance")
async def compute_financial_assistance(_: Anyone, question: AssistanceQuestion) -> AssistanceAnswerView:
    """Ask whether an enterprise may still be given minimal financial assistance, or assistance for services of public
    economic interest, and when there is room again (Subsidy Control Act 2022 ss.36 to 42).

    A dry run that keeps nothing. All that public authorities gave it in this financial year and the two before it
    counts together, whoever gave it. What is left out is not taken for nothing: the answer is then `unknown`, and
    `missing` names what would settle it. What is known and too much is too much, whatever else there may be. It is no
    legal advice, and replaces neither the authority's notification nor the enterprise's written confirmation (ss.37,
    39).
    """
    return show_assistance(count_assistance(question))


Search = Annotated[
    str | None,
    Query(
        max_length=100,
        description="Words of the service, all of which it has, or the first digits of the code; left out: every code",
        examples=["library"],
    ),
    Storable,
]


@procurement.get("/codes")
async def find_codes(_: Anyone, response: Response, search: Search = None) -> ListedCodesView:
    """Find a code of the Common Procurement Vocabulary among those that the tables of the law name.

    Only those are held here, with their services as the tables print them: light touch and reservable services, the
    Schedule of the Provider Selection Regime, reg 77(2) and Schedule 3 of SI 2015/102. It is not the whole vocabulary:
    a code that is not found may exist. A code stands once for each table that names it.
    """
    response.headers["Cache-Control"] = "public, max-age=3600"
    return show_codes(search_codes(search or ""), held=len({each.codes.first for _, each in search_codes("")}))
