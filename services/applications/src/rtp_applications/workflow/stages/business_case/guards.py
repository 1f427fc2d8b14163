"""Guards of writing and submitting the business case: row 11 of the process."""

from decimal import Decimal

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import EngagementMethod
from rtp_applications.workflow.stages.business_case.documents import (
    find_evidence_of_last_ballot,
    list_required_documents,
)
from rtp_applications.workflow.stages.business_case.payloads import Consultation, EngagementEvidence, HelpDeclared

SAFE = frozenset({"clean", "not-scanned"})
"""`not-scanned` is what documents are called where nothing scans; where something does they wait as `awaiting`."""


@guard("/documents")
def documents_complete(step: Step) -> str | None:
    """Every required document is in the case; ballot result, support letter and subsidy note only where they apply."""
    held = {document.kind for document in step.snapshot.counted_documents.values()}
    missing = [kind for kind in list_required_documents(step) if kind not in held]
    return f"missing: {', '.join(missing)}" if missing else None


@guard("/documents")
def documents_clean(step: Step) -> str | None:
    """No document waits for its scan, failed it or holds malware."""
    unsafe = sorted({each.kind for each in step.snapshot.counted_documents.values() if each.scan not in SAFE})
    return f"not found clean: {', '.join(unsafe)}" if unsafe else None


@guard()
def help_declared(step: Step) -> str | None:
    """It is on file whether the mutual gets help below market terms (Subsidy Control Act 2022)."""
    return None if step.snapshot.find(HelpDeclared) else "say whether there is help below market terms"


@guard()
def staff_engaged(step: Step) -> str | None:
    """There is evidence of how staff were engaged."""
    return None if any(step.snapshot.list_payloads(EngagementEvidence)) else "record how staff were engaged"


@guard()
def representatives_consulted(step: Step) -> str | None:
    """Unions or elected staff representatives were consulted."""
    return (
        None
        if any(step.snapshot.list_payloads(Consultation))
        else "record how union or staff representatives were consulted"
    )


@guard()
def ballot_threshold_reached(step: Step) -> str | None:
    """Where the body asks for it, the ballot held last reached the threshold of its day; the law asks for no ballot."""
    held = find_evidence_of_last_ballot(step.snapshot)
    asked = step.process.get_setting(step.snapshot, "ballot-threshold", held.held_on if held else None)
    ballot = held.ballot if held else None
    if not asked:
        return None
    if ballot is None:
        return "the body asks for a ballot of the staff"
    if not _reaches(ballot.in_favour, ballot.votes, asked["percentInFavour"]):
        return f"fewer than {asked['percentInFavour']:g} per cent of the votes were in favour"
    if not _reaches(ballot.votes, ballot.eligible, asked.get("percentTurnout") or 0):
        return f"fewer than {asked['percentTurnout']:g} per cent of those eligible voted"
    return None


def _reaches(part: int, whole: int, percent: float) -> bool:
    """Return True if the part is that share of the whole, exactly: 66.7 per cent is meant as written."""
    return whole > 0 and 100 * part >= Decimal(str(percent)) * whole


@guard("/ballot", payload=True)
def ballot_adds_up(step: Step) -> str | None:
    """No more votes than eligible staff, and no more for and against than votes."""
    ballot = step.payload.ballot
    if ballot is None or ballot.in_favour + ballot.against <= ballot.votes <= ballot.eligible:
        return None
    return "the numbers of the ballot do not add up"


@guard("/ballot", payload=True)
def ballot_has_its_result(step: Step) -> str | None:
    """A ballot comes with its numbers, and nothing else does."""
    if (step.payload.method is EngagementMethod.BALLOT) is (step.payload.ballot is not None):
        return None
    return "give the numbers of a ballot, and of nothing else"


@guard()
def time_left(step: Step) -> str | None:
    """The time for the business case is not over yet."""
    deadline = step.snapshot.find_deadline("business-case")
    if deadline and deadline.is_open and not deadline.is_over(step.now):
        return None
    return "the time for the business case is over, or was never set"
