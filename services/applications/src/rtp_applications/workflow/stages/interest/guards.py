"""Guards of submitting an expression of interest: row 1 of the process."""

from datetime import date

from rtp_applications.workflow.body_facts import BodyFacts
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent
from rtp_shared.problems import FieldError

ENGLAND = "England"


@guard("/employer")
def employer_named(step: Step) -> str | None:
    """The employing body is named."""
    return None if step.snapshot.case.employer_id else "name the employing body"


@guard()
def bodies_exist(step: Step) -> FieldError | None:
    """Every body that the case names exists today: what is disclosed cannot be taken back."""
    case, bodies = step.snapshot.case, step.snapshot.bodies
    named = {
        "/employer": case.employer_id,
        "/commissioner": case.commissioner_id,
        "/decisionBody": case.decision_body_id,
        "/dutyHolder": case.duty_holder_id,
    }
    for field, body_id in named.items():
        if body_id and _has_ended(bodies.get(body_id), step.today):
            return FieldError(field, "not a body that exists today")
    if any(_has_ended(bodies.get(each), step.today) for each in case.further_employer_ids):
        return FieldError("/furtherEmployers", "names a body that does not exist today")
    return None


def _has_ended(body: BodyFacts | None, today: date) -> bool:
    return body is not None and body.ended_on is not None and body.ended_on <= today


@guard("/serviceName")
def service_named(step: Step) -> str | None:
    """The service is named."""
    return None if step.snapshot.case.service_name else "name the service"


@guard("/sector")
def sector_named(step: Step) -> str | None:
    """The service's sector is named."""
    return None if step.snapshot.case.sector else "say which sector the service belongs to"


@guard("/applicantCount")
def enough_employees(step: Step) -> str | None:
    """At least one employee applies; two of the same authority under the Community Right to Challenge (s.81(6))."""
    needed = step.process.get_setting(step.snapshot, "applicants-needed")
    if (step.snapshot.case.applicant_count or 0) >= needed:
        return None
    return f"at least {needed} employees must apply" if needed > 1 else "at least one employee must apply"


@guard("/conflictsDeclared")
def conflicts_declared(step: Step) -> str | None:
    """The applicants have declared their conflicts of interest."""
    if step.snapshot.case.conflicts_declared:
        return None
    return "the applicants must have declared their conflicts of interest"


@guard("/employer")
def authority_is_relevant(step: Step) -> str | None:
    """The employer must consider challenges: a council in England, or a fire authority (Localism Act 2011 s.81(2))."""
    employer = step.snapshot.employer
    relevant = step.process.get_setting(step.snapshot, "relevant-authorities")
    if employer is None or (employer.kind in relevant and employer.nation == ENGLAND):
        return None
    return f"there is no right to challenge a {employer.kind} in {employer.nation} (s.81(2); SI 2012/1647 reg 3)"


def is_within(day: date, window: dict[str, int]) -> bool:
    """Return True if a day lies in a yearly period, which may run over the turn of the year."""
    first, last = (window["fromMonth"], window["fromDay"]), (window["toMonth"], window["toDay"])
    at = (day.month, day.day)
    return first <= at <= last if first <= last else at >= first or at <= last


REQUIRED = ("finances", "capability", "service", "area", "outcomes", "user_needs", "employee_engagement")
"""All but partners, whom not everybody has. Only employees challenge here, so the last is always required."""
WELL_BEING = ("social_value", "economic_value", "environmental_value")
"""How it promotes or improves the social, economic or environmental well-being: one of them at least (para 5)."""


@guard("/records/interest-content")
def content_is_complete(step: Step) -> str | None:
    """The expression of interest says all that the regulations require (Localism Act 2011 s.81; SI 2012/1313 Sch 1)."""
    missing = list_missing_content(step.snapshot.find(ChallengeContent))
    return f"describe the interest; missing: {', '.join(missing)}" if missing else None


def list_missing_content(content: ChallengeContent | None) -> list[str]:
    """Return what the regulations require and the content does not say."""
    said = content.model_dump(by_alias=True) if content else {}
    missing = [alias for alias in map(_get_alias, REQUIRED) if not said.get(alias)]
    values = [_get_alias(name) for name in WELL_BEING]
    if not any(said.get(alias) for alias in values):
        missing.append(" or ".join(values))
    return missing


def _get_alias(name: str) -> str:
    return str(ChallengeContent.model_fields[name].alias)
