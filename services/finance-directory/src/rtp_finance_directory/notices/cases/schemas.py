"""Response bodies of notices for cases."""

from datetime import date
from uuid import UUID

from pydantic import Field

from rtp_finance_directory.notices.matching import MatchAnswer
from rtp_finance_directory.notices.schemas import CREDIT, NoticeLine
from rtp_finance_directory.notices.vocabulary import MatchRule, NoticeVerdict
from rtp_shared.paging import Page
from rtp_shared.schemas import Output


class MatchFindingView(Output):
    """What a rule says of a notice, and why."""

    rule: MatchRule
    answer: MatchAnswer = Field(description="not-known counts neither for nor against it")
    why: str


class CaseNoticeLine(NoticeLine):
    """A notice that was judged for a case, and why."""

    verdict: NoticeVerdict = Field(description="possible: nothing speaks against it, and something is not known")
    findings: list[MatchFindingView]
    judged_on: date = Field(description="The day by which its dates were judged")


class WatchFacts(Output):
    """What is known of the case, by which notices are judged; null where it was not said."""

    sector: str | None
    region: str | None
    employer: UUID | None
    commissioner: UUID | None
    decision_body: UUID | None
    annual_value_pence: int | None = Field(description="Yearly cost of the service today")


class CaseNoticePage(Page[CaseNoticeLine]):
    """One page of the notices that were judged for a case."""

    case_id: UUID
    facts: WatchFacts
    ended: bool = Field(description="The case has ended, and no notice is looked for any more")
    credit: str = Field(default=CREDIT, description="Show it with the notices")
