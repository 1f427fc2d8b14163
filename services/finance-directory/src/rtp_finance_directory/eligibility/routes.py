"""HTTP in, HTTP out: eligibility, asked by anyone."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.eligibility.catalogue import Place
from rtp_finance_directory.eligibility.queries import CatalogueCache, read_times
from rtp_finance_directory.eligibility.questions import choose_questions
from rtp_finance_directory.eligibility.rules.findings import Answer
from rtp_finance_directory.eligibility.rules.rule_set import RULE_SET, ProductVerdict
from rtp_finance_directory.eligibility.schemas import (
    EligibilityAsked,
    EligibilityView,
    JudgedProduct,
    QuestionSetView,
)
from rtp_finance_directory.eligibility.views import describe_verdict
from rtp_finance_directory.timing.rules import ProductTime, judge_timing
from rtp_finance_directory.timing.schemas import TimingView
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

eligibility = create_router(prefix="/v1/eligibility", tags=["Finance products"])

_SOURCE = ("source_note", "source_year", "certainty")


async def _get_cache(request: Request) -> CatalogueCache:
    cache: CatalogueCache = request.app.state.runtime.resources.catalogue
    return cache


Catalogues = Annotated[CatalogueCache, Depends(_get_cache)]


@eligibility.post("")
async def judge_eligibility(
    _: Anyone,
    question: EligibilityAsked,
    session: Session,
    now: Now,
    catalogues: Catalogues,
    limit: Limit = 50,
    after: After = None,
    verdict: Annotated[
        list[Answer], Query(max_length=3, description="Only products of this verdict. May be repeated; all if left out")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> EligibilityView:
    """Ask which finance products a group could have, and why, before there is a case or beside it.

    Nothing is kept. Say what is known and leave out the rest: what is left out never counts against the group. Every
    product is judged by every rule, closed ones too, and counted; a page of them is shown, each with every rule.
    `questions` says which further facts settle the most products, and `timing` whether each is decided before the day
    on which the mutual is to go live. For the next page send the same facts again with
    `after`. A product is information from public sources, never an offer.
    """
    today = now.astimezone(LONDON).date()
    ranking = (await catalogues.load(session)).judge_all(question.read_facts(), today)
    page, last = cut(ranking.list_verdicts(answers=verdict, after=_read_place(after), limit=limit + 1), limit)
    times = await read_times(session, [each.terms.id for each in page])
    not_fitting = ranking.answers[Answer.DOES_NOT_FIT]
    return EligibilityView(
        rule_set=RULE_SET,
        judged_on=today,
        fitting=ranking.answers.total() - not_fitting,
        not_fitting=not_fitting,
        unsettled=ranking.needs.total(),
        questions=[QuestionSetView.model_validate(each) for each in choose_questions(ranking.needs)],
        products=[_show(each, times[each.terms.id], question.go_live_on, today) for each in page],
        next=last and encode_cursor(*ranking.find_place(last)),
    )


def _read_place(after: str | None) -> Place | None:
    key = decode_cursor(after, int, int, UUID)
    return (key[0], key[1], key[2]) if key else None


def _show(verdict: ProductVerdict, time: ProductTime, go_live_on: date | None, today: date) -> JudgedProduct:
    source = {name: getattr(verdict.terms, name) for name in _SOURCE}
    timing = TimingView.model_validate(judge_timing(time, go_live_on=go_live_on, on=today))
    return JudgedProduct.model_validate({**describe_verdict(verdict), **source, "timing": timing})
