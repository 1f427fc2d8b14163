"""HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_finance_directory import queries
from rtp_finance_directory.areas import REGION
from rtp_finance_directory.auth import Anyone, FinanceReader
from rtp_finance_directory.eligibility import RULE_SET, Answer, judge_all
from rtp_finance_directory.models import describe_verdict
from rtp_finance_directory.questions import choose_questions
from rtp_finance_directory.schemas import (
    EligibilityQuestion,
    EligibilityView,
    JudgedProduct,
    ProductLine,
    ProductPage,
    ProductView,
    QuestionSetView,
    ShortlistPage,
    ShortlistSummary,
    ShortlistView,
    VerdictView,
)
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus
from rtp_shared.clock import LONDON
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

NamePart = Annotated[
    str | None, Query(max_length=200, description="A part of the provider's or product's name"), Storable
]
AmountPence = Annotated[
    int | None, Query(alias="amountPence", ge=0, le=10**13, description="An amount that its range holds, in pence")
]

products = create_router(prefix="/v1/products", tags=["Finance products"])
shortlists = create_router(prefix="/v1/shortlists", tags=["Shortlists"])
eligibility = create_router(prefix="/v1/eligibility", tags=["Finance products"])

_SOURCE = ("source_note", "source_year", "certainty")


@products.get("")
async def list_products(
    _: Anyone,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    q: NamePart = None,
    kind: ProductKind | None = None,
    purpose: FinancePurpose | None = None,
    sector: Sector | None = None,
    region: Annotated[str | None, Query(pattern=REGION, description="ONS code of an English region")] = None,
    legal_form: Annotated[LegalForm | None, Query(alias="legalForm")] = None,
    amount_pence: AmountPence = None,
    status: Annotated[
        list[ProductStatus], Query(max_length=4, description="May be repeated; open and check if it is left out")
    ] = [],  # noqa: B006 - FastAPI copies it
    direct: Annotated[bool | None, Query(description="false for wholesale money")] = None,
) -> ProductPage:
    """Find finance products, in the order of their providers' names.

    A filter takes away only products that are known not to fit: one that does not say which sectors it serves is found
    for every sector. Without `status` the list leaves out products that are closed, historic or past their closing
    date. A product is information from public sources, never an offer.
    """
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_products(
        session,
        today=now.astimezone(LONDON).date(),
        limit=limit,
        after=(key[0], key[1]) if key else None,
        text=q,
        kind=kind,
        status=status,
        direct=direct,
        region=region,
        amount_pence=amount_pence,
        sector=sector,
        legal_form=legal_form,
        purpose=purpose,
    )
    page, last = cut(rows, limit)
    items = [ProductLine.model_validate(row) for row in page]
    return ProductPage(items=items, next=last and encode_cursor(last.provider.lower(), last.id))


@products.get("/{product_id}")
async def get_product(
    product_id: Annotated[UUID, Path(description="The product's id")], _: Anyone, session: Session, response: Response
) -> ProductView:
    """Read one finance product. It is information from public sources, never an offer."""
    product = await queries.get_product(session, product_id)
    response.headers["ETag"] = format_etag(product.version)
    return ProductView.model_validate(product)


@shortlists.get("")
async def list_shortlists(
    principal: FinanceReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    case_id: Annotated[UUID | None, Query(alias="caseId", description="Only the shortlist of this case")] = None,
) -> ShortlistPage:
    """List the shortlists of the cases you may see, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_shortlists(
        session, readers=principal.identities, limit=limit, after=key[0] if key else None, case_id=case_id
    )
    page, last = cut(rows, limit)
    items = [ShortlistSummary.model_validate(row) for row in page]
    return ShortlistPage(items=items, next=last and encode_cursor(last.id))


@shortlists.get("/{case_id}")
async def get_shortlist(
    case_id: Annotated[UUID, Path(description="The case's id")],
    principal: FinanceReader,
    session: Session,
    response: Response,
) -> ShortlistView:
    """Read which finance products fit a case, and why.

    The shortlist is made when the case is submitted and keeps the verdicts of that day, so that they can be explained
    later. Every product has the answer of every rule; one that does not fit names the first rule that fails.
    A shortlist is information, never an offer.
    """
    shortlist, lines = await queries.get_shortlist(session, case_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(shortlist.version)
    shown = [VerdictView.model_validate(line) for line in lines]
    return ShortlistView.model_validate({**shortlist._mapping, "products": shown})  # noqa: SLF001 - SQLAlchemy's public name


@eligibility.post("")
async def judge_eligibility(_: Anyone, question: EligibilityQuestion, session: Session, now: Now) -> EligibilityView:
    """Ask which finance products a group could have, and why, before there is a case or beside it.

    Nothing is kept. Say what is known and leave out the rest: what is left out never counts against the group. Every
    product is judged by every rule, closed ones too; `questions` says which further facts settle the most products. A
    product is information from public sources, never an offer.
    """
    today = now.astimezone(LONDON).date()
    judged = judge_all(question.read_facts(), await queries.list_terms(session), today)
    verdicts = [verdict for _, verdict in judged]
    not_fitting = sum(each.answer is Answer.DOES_NOT_FIT for each in verdicts)
    sources = ({name: getattr(terms, name) for name in _SOURCE} for terms, _ in judged)
    return EligibilityView(
        rule_set=RULE_SET,
        judged_on=today,
        fitting=len(verdicts) - not_fitting,
        not_fitting=not_fitting,
        unsettled=sum(bool(each.needs) for each in verdicts),
        questions=[QuestionSetView.model_validate(each) for each in choose_questions(each.needs for each in verdicts)],
        products=[
            JudgedProduct.model_validate({**describe_verdict(*each), **source})
            for each, source in zip(judged, sources, strict=True)
        ],
    )
