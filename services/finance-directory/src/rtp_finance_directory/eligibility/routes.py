"""HTTP in, HTTP out: eligibility, asked by anyone."""

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.eligibility.queries import list_terms
from rtp_finance_directory.eligibility.questions import choose_questions
from rtp_finance_directory.eligibility.rules import RULE_SET, Answer, describe_verdict, judge_all
from rtp_finance_directory.eligibility.schemas import (
    EligibilityQuestion,
    EligibilityView,
    JudgedProduct,
    QuestionSetView,
)
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import Now, Session
from rtp_shared.web import create_router

eligibility = create_router(prefix="/v1/eligibility", tags=["Finance products"])


_SOURCE = ("source_note", "source_year", "certainty")


@eligibility.post("")
async def judge_eligibility(_: Anyone, question: EligibilityQuestion, session: Session, now: Now) -> EligibilityView:
    """Ask which finance products a group could have, and why, before there is a case or beside it.

    Nothing is kept. Say what is known and leave out the rest: what is left out never counts against the group. Every
    product is judged by every rule, closed ones too; `questions` says which further facts settle the most products. A
    product is information from public sources, never an offer.
    """
    today = now.astimezone(LONDON).date()
    judged = judge_all(question.read_facts(), await list_terms(session), today)
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
