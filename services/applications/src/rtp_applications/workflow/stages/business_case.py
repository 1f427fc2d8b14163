"""Writing and submitting the business case: row 11 of the process, with the documents that belong to it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.words import DocumentKind, EngagementMethod, Help
from rtp_shared.schemas import Count, Input, Line, Prose


class Ballot(Input):
    """The result of a ballot of the staff: numbers only, never who voted how."""

    eligible: Count = Field(description="Staff who were entitled to vote")
    votes: Count = Field(description="Votes cast, spoilt papers among them")
    in_favour: Count
    against: Count
    method: Line = Field(description="How votes were cast", examples=["postal", "electronic, secret"])
    scrutineer: Line = Field(description="The body or office that oversaw it; no name of a person")


class EngagementEvidence(Record):
    """How staff were engaged, when, and what came of it. A ballot is evidence: the law asks for none."""

    KIND: ClassVar[str] = "engagement-evidence"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to tell several apart", examples=["ballot-2026"])
    method: EngagementMethod
    held_on: date
    reached: Count | None = Field(default=None, description="Staff who took part")
    note: Prose | None = None
    ballot: Ballot | None = None


class Consultation(Record):
    """One entry of the log of consulting unions or elected staff representatives."""

    KIND: ClassVar[str] = "consultation"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to tell several apart")
    held_on: date
    representatives: Line = Field(description="The union or elected body consulted; no names of people")
    note: Prose | None = Field(default=None, description="What was said and what came of it")


class HelpDeclared(Record):
    """What help on better terms than the market's the mutual would get from public bodies: none is an answer."""

    KIND: ClassVar[str] = "help-declared"

    below_market: list[Help] = Field(max_length=20, description="Kinds of help below market terms; empty: none")


class Extension(Record):
    """More time."""

    KIND: ClassVar[str] = "extension"

    days: Annotated[int, Field(ge=1, le=365, strict=True)] = Field(description="Calendar days more")
    reasons: Prose


class CompletenessCheck(Record):
    """The officer looked through the documents submitted."""

    KIND: ClassVar[str] = "completeness-check"

    remarks: Prose | None = None


class BusinessCaseReturn(Record):
    """The business case goes back to the staff group."""

    KIND: ClassVar[str] = "business-case-return"

    reasons: Prose = Field(description="What is incomplete, or what the commissioner does not consent to")


def ballot_held(step: Step) -> Ballot | None:
    """The ballot held last."""
    held = [(each.held_on, each.id, each.ballot) for each, _ in step.file.every(EngagementEvidence) if each.ballot]
    return max(held, key=lambda each: each[:2])[2] if held else None


def commissioned_by_another(step: Step) -> bool:
    """Whether another body than the employer commissions the service."""
    return step.file.case.commissioner != step.file.case.employer_id


def _helped_below_market(step: Step) -> bool:
    declared = step.file.last(HelpDeclared)
    return bool(declared and declared.below_market)


ONLY_WHERE: Mapping[str, Callable[[Step], Any]] = {
    DocumentKind.BALLOT_RESULT: ballot_held,
    DocumentKind.COMMISSIONER_SUPPORT_LETTER: commissioned_by_another,
    DocumentKind.SUBSIDY_CONTROL_NOTE: _helped_below_market,
}
"""Kinds of documents that are only required where something holds: a ballot was held, another body commissions the
service, or help is below market terms."""

SAFE = frozenset({"clean", "not-scanned"})
"""`not-scanned` is what documents are called where nothing scans; where something does they wait as `awaiting`."""


def required_documents(step: Step) -> list[str]:
    """The kinds that this action requires of this case."""
    kinds = step.process.documents.get(step.action.name, ())
    return [kind for kind in kinds if kind not in ONLY_WHERE or ONLY_WHERE[kind](step)]


@guard("/documents")
def documents_complete(step: Step) -> str | None:
    """Every required document is in the case; ballot result, support letter and subsidy note only where they apply."""
    held = {document.kind for document in step.file.papers.values()}
    missing = [kind for kind in required_documents(step) if kind not in held]
    return f"missing: {', '.join(missing)}" if missing else None


@guard("/documents")
def documents_clean(step: Step) -> str | None:
    """No document waits for its scan, failed it or holds malware."""
    unsafe = sorted({each.kind for each in step.file.papers.values() if each.scan not in SAFE})
    return f"not found clean: {', '.join(unsafe)}" if unsafe else None


@guard()
def help_declared(step: Step) -> str | None:
    """It is on file whether the mutual gets help below market terms (Subsidy Control Act 2022)."""
    return None if step.file.last(HelpDeclared) else "say whether there is help below market terms"


@guard()
def staff_engaged(step: Step) -> str | None:
    """There is evidence of how staff were engaged."""
    return None if any(step.file.every(EngagementEvidence)) else "record how staff were engaged"


@guard()
def representatives_consulted(step: Step) -> str | None:
    """Unions or elected staff representatives were consulted."""
    return None if any(step.file.every(Consultation)) else "record how union or staff representatives were consulted"


@guard()
def ballot_threshold_reached(step: Step) -> str | None:
    """Where the body asks for it, the ballot held last reached its threshold; the law asks for no ballot."""
    asked = step.process.setting(step.file, "ballot-threshold")
    if not asked:
        return None
    ballot = ballot_held(step)
    if ballot is None:
        return "the body asks for a ballot of the staff"
    if not _reaches(ballot.in_favour, ballot.votes, asked["percentInFavour"]):
        return f"fewer than {asked['percentInFavour']:g} per cent of the votes were in favour"
    if not _reaches(ballot.votes, ballot.eligible, asked.get("percentTurnout") or 0):
        return f"fewer than {asked['percentTurnout']:g} per cent of those eligible voted"
    return None


def _reaches(part: int, whole: int, percent: float) -> bool:
    """Exact: 66.7 per cent is meant as written. Of nothing no share is reached."""
    return whole > 0 and 100 * part >= Decimal(str(percent)) * whole


@guard("/ballot", given=True)
def ballot_adds_up(step: Step) -> str | None:
    """No more votes than eligible staff, and no more for and against than votes."""
    ballot = step.given.ballot
    if ballot is None or ballot.in_favour + ballot.against <= ballot.votes <= ballot.eligible:
        return None
    return "the numbers of the ballot do not add up"


@guard("/ballot", given=True)
def ballot_has_its_result(step: Step) -> str | None:
    """A ballot comes with its numbers, and nothing else does."""
    if (step.given.method is EngagementMethod.BALLOT) is (step.given.ballot is not None):
        return None
    return "give the numbers of a ballot, and of nothing else"


@guard("/heldOn", given=True)
def held_by_today(step: Step) -> str | None:
    """It was held on a day that is not in the future."""
    return None if step.given.held_on <= step.today else "the day lies in the future"


@guard("/id", given=True)
def entry_is_own(step: Step) -> str | None:
    """An entry is corrected by whoever made it; others choose another id."""
    found = step.file.recorded(type(step.given), step.given.key)
    if found is None or any(each.person == step.signed[-1].person for each in found.signed):
        return None
    return "somebody else's entry has that id"


@guard()
def time_left(step: Step) -> str | None:
    """The time for the business case is not over yet."""
    deadline = step.file.deadline("business-case")
    if deadline and deadline.is_open and not deadline.is_over(step.now):
        return None
    return "the time for the business case is over, or was never set"
