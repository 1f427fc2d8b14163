"""Whether a contract notice concerns a case, rule by rule, each with its reason: pure.

What is not known never counts against a notice: it leaves the answer open, and says what is missing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from rtp_finance_directory.areas import list_areas_around, name_areas
from rtp_finance_directory.notices.sectors import list_services
from rtp_finance_directory.notices.vocabulary import KnownBy, MatchRule, NoticeStage, NoticeVerdict

TIMES = 4
"""A contract of a quarter of the service's yearly cost up to four times it is of its size."""
_DAYS = 365.25
_OPEN = (NoticeStage.PLANNING, NoticeStage.TENDER)


class MatchAnswer(StrEnum):
    """What a rule says of a notice."""

    FITS = "fits"
    FAILS = "fails"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True)
class WatchedFacts:
    """What is known of a case; None where nobody has said it."""

    sector: str | None = None
    region: str | None = None
    employer: UUID | None = None
    commissioner: UUID | None = None
    decision_body: UUID | None = None
    annual_value_pence: int | None = None

    def fill_from(self, other: "WatchedFacts") -> "WatchedFacts":
        """Return these facts, with those of the other where nothing is known here."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(other, **known)

    def name_role(self, body: UUID | None) -> str | None:
        """Return what the body is in the case; None if it is nothing in it."""
        roles = {self.employer: "employer", self.commissioner: "commissioner", self.decision_body: "deciding body"}
        return roles.get(body) if body else None

    @property
    def bodies(self) -> list[UUID]:
        return [each for each in (self.employer, self.commissioner, self.decision_body) if each]


class NoticeFacts(NamedTuple):
    """What a notice says of what is judged."""

    stage: NoticeStage
    cpv: Sequence[str]
    regions: Sequence[str]
    buyer_body: UUID | None
    buyer_known_by: str | None
    currency: str | None
    value_pence: int | None
    closes_on: date | None
    starts_on: date | None
    ends_on: date | None


class MatchFinding(NamedTuple):
    """What a rule says, and why."""

    rule: MatchRule
    answer: MatchAnswer
    why: str

    def describe(self) -> dict[str, Any]:
        return {"rule": self.rule.value, "answer": self.answer.value, "why": self.why}


class Match(NamedTuple):
    """Whether a notice concerns a case, and what each rule says."""

    verdict: NoticeVerdict
    findings: Sequence[MatchFinding]


def match_notice(case: WatchedFacts, notice: NoticeFacts, on: date) -> Match:
    """Judge a notice for a case. It matches if it is of its services and place, and nothing speaks against it."""
    findings = [
        MatchFinding(MatchRule.SERVICE, *_judge_service(case, notice)),
        MatchFinding(MatchRule.PLACE, *_judge_place(case, notice)),
        MatchFinding(MatchRule.VALUE, *_judge_value(case, notice)),
        MatchFinding(MatchRule.DATES, *_judge_dates(notice, on)),
    ]
    answers = {each.rule: each.answer for each in findings}
    if MatchAnswer.FAILS in answers.values():
        return Match(NoticeVerdict.DOES_NOT_MATCH, findings)
    telling = answers[MatchRule.SERVICE] is answers[MatchRule.PLACE] is MatchAnswer.FITS
    return Match(NoticeVerdict.MATCHES if telling else NoticeVerdict.POSSIBLE, findings)


def _judge_service(case: WatchedFacts, notice: NoticeFacts) -> tuple[MatchAnswer, str]:
    services = list_services(case.sector)
    if not services:
        return MatchAnswer.NOT_KNOWN, "No codes are kept for the services of this sector"
    if not notice.cpv:
        return MatchAnswer.NOT_KNOWN, "The notice names no services by CPV"
    for code in notice.cpv:
        if prefix := next((each for each in services if code.startswith(each)), None):
            return MatchAnswer.FITS, f"CPV {code} is of the sector: {services[prefix]} ({prefix})"
    wider = [code for code in notice.cpv if any(each.startswith(code.rstrip("0")) for each in services)]
    if wider:
        return MatchAnswer.NOT_KNOWN, f"CPV {wider[0]} is so wide that the sector is a part of it"
    return MatchAnswer.FAILS, f"CPV {', '.join(notice.cpv[:3])} is of no service of the sector"


def _judge_place(case: WatchedFacts, notice: NoticeFacts) -> tuple[MatchAnswer, str]:
    if role := case.name_role(notice.buyer_body):
        guess = ", as far as its name tells" if notice.buyer_known_by == KnownBy.NAME else ""
        return MatchAnswer.FITS, f"The {role} of the case buys it{guess}"
    if not notice.regions:
        return MatchAnswer.NOT_KNOWN, "The notice does not say for which region it is"
    if case.region is None:
        return MatchAnswer.NOT_KNOWN, "The region of the case is not known"
    if case.region in notice.regions:
        return MatchAnswer.FITS, f"It is for {name_areas([case.region])}, the case's region"
    around = list_areas_around(case.region).intersection(notice.regions)
    if around:
        return (
            MatchAnswer.NOT_KNOWN,
            f"It is for {name_areas(sorted(around))}: whether for the case's region is not said",
        )
    return MatchAnswer.FAILS, f"It is for {name_areas(notice.regions)}, and the case's region is another"


def _judge_value(case: WatchedFacts, notice: NoticeFacts) -> tuple[MatchAnswer, str]:
    if case.annual_value_pence is None or not case.annual_value_pence:
        return MatchAnswer.NOT_KNOWN, "What the service costs in a year is not known"
    if notice.value_pence is None or not notice.value_pence or notice.currency != "GBP":
        return MatchAnswer.NOT_KNOWN, "The notice names no value in pounds"
    if notice.starts_on is None or notice.ends_on is None or notice.ends_on <= notice.starts_on:
        return MatchAnswer.NOT_KNOWN, "The notice does not say for how long, so that its value in a year is not known"
    years = max(1.0, ((notice.ends_on - notice.starts_on).days + 1) / _DAYS)
    yearly, cost = round(notice.value_pence / years), case.annual_value_pence
    said = f"{_say_pounds(yearly)} a year, and the service costs {_say_pounds(cost)}"
    if yearly * TIMES < cost:
        return MatchAnswer.FAILS, f"It is too small: {said}"
    if yearly > cost * TIMES:
        return MatchAnswer.FAILS, f"It is too large: {said}"
    return MatchAnswer.FITS, f"It is of the service's size: {said}"


def _judge_dates(notice: NoticeFacts, on: date) -> tuple[MatchAnswer, str]:
    if notice.stage not in _OPEN:
        return MatchAnswer.FAILS, "There is nothing to answer any more"
    if notice.closes_on is not None:
        if notice.closes_on < on:
            return MatchAnswer.FAILS, f"It closed on {notice.closes_on}"
        return MatchAnswer.FITS, f"It is open until {notice.closes_on}"
    if notice.starts_on is not None and notice.starts_on < on:
        return MatchAnswer.FAILS, f"The contract was to begin on {notice.starts_on}"
    if notice.stage is NoticeStage.PLANNING:
        return MatchAnswer.FITS, "It is announced, and no call has closed"
    return MatchAnswer.NOT_KNOWN, "The notice does not say until when it is open"


def _say_pounds(pence: int) -> str:
    return f"£{pence // 100:,}"
