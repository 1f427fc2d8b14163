"""What an action changes in the case besides its status."""

from dataclasses import replace

from rtp_applications.clocks.days import Length, Unit
from rtp_applications.workflow.casefile import CaseFile, Recorded
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.guards import supporting_intention
from rtp_applications.workflow.stages import assurance, decision, panel
from rtp_applications.workflow.timing import open_deadline
from rtp_applications.workflow.words import Audience, Ground, Status
from rtp_shared.identities import organisation_identity

OVERSIGHT = "scope:cases:oversee"
"""Reader of every submitted case: the central mutuals team, by a scope of its clients."""


def disclose(step: Step, file: CaseFile) -> CaseFile:
    """From here on the bodies that the case names see it, and the central team. This cannot be undone."""
    bodies = [organisation_identity(body) for body in file.case.bodies]
    return file.with_case(submitted_at=step.now, readers=list(dict.fromkeys([*file.case.readers, *bodies, OVERSIGHT])))


def withdraw(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(withdrawn_at=step.now, withdrawal_reason=getattr(step.given, "reason", None))


def remember_where_refused(step: Step, file: CaseFile) -> CaseFile:
    """A remitted case goes back to the stage at which it was refused."""
    return file.with_case(refused_from=step.file.case.status)


def note_supporting_intention(step: Step, file: CaseFile) -> CaseFile:
    """A refusal for a staff mutual's sake holds when the intention that it rests on was published."""
    recorded = file.recorded(step.action.takes, step.given.key)
    if recorded is None:
        return file
    content = {name: said for name, said in recorded.content.items() if name != "intentionPublishedOn"}
    found = supporting_intention(file)
    if found and step.given.ground is Ground.STAFF_MUTUAL_INTENTION_PUBLISHED:
        content["intentionPublishedOn"] = found.published_on.isoformat()
    return file.with_record(replace(recorded, content=content))


def suspend(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(suspended=step.given.because, suspended_at=step.now)


def resume(_: Step, file: CaseFile) -> CaseFile:
    return file.with_case(suspended=None, suspended_at=None)


def escalate(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(escalated_at=step.now)


def settle(step: Step, file: CaseFile) -> CaseFile:
    """The end is final: the appeal window closed, or the appeal was turned down."""
    return file.with_case(final_at=step.now, escalated_at=None)


def reopen(_: Step, file: CaseFile) -> CaseFile:
    """Remitted: neither refused nor escalated any more."""
    return file.with_case(refused_from=None, escalated_at=None, final_at=None)


def launch(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(launched_at=step.now, final_at=step.now)


def supersede(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(successor_case_id=step.given.successor_case, final_at=step.now)


def finish(step: Step, file: CaseFile) -> CaseFile:
    return file.with_case(final_at=step.now)


def extend_business_case(step: Step, file: CaseFile) -> CaseFile:
    running = open_deadline(file, "business-case")
    if running is None:
        return file
    more = Length(step.given.days, Unit.CALENDAR_DAYS)
    return file.with_deadline(running.extend(more, step.now, "extended", file.calendars[running.calendar]))


def freeze_documents(_: Step, file: CaseFile) -> CaseFile:
    """The business case stays as it was submitted; what comes later is a new version."""
    return file.with_document(*(replace(each, frozen=True) for each in file.papers.values()))


def count_votes(step: Step, file: CaseFile) -> CaseFile:
    """The count outlives the votes, which are struck so that none counts in a later round."""
    counted = panel.count(step)
    content = counted.model_dump(mode="json", by_alias=True)
    return file.with_record(Recorded(counted.KIND, counted.key, content, step.signed, counted.AUDIENCE))


def open_ratings(_: Step, file: CaseFile) -> CaseFile:
    """After the decision the staff group may see how its case was rated."""
    for rating in list(file.records.values()):
        if rating.kind == assurance.AssuranceRating.KIND:
            file = file.with_record(replace(rating, audience=Audience.EVERYBODY))
    return file


def strike_what_was_quashed(_: Step, file: CaseFile) -> CaseFile:
    """Votes and agenda of the quashed round count no more, and no rating where the case is assured anew."""
    struck = [panel.Vote.KIND, panel.AgendaPublication.KIND]
    if file.case.status is Status.ASSURANCE:
        struck += [assurance.AssuranceRating.KIND, assurance.CommissionerConsent.KIND]
    return file.without_records(struck)


def meet_condition(step: Step, file: CaseFile) -> CaseFile:
    """The clock of the conditions ends where the one closed was the next to fall due; it starts anew by the action."""
    running = open_deadline(file, "condition")
    if running is None or running.started_on == decision.day_before_next_condition(file, step.today):
        return file
    return file.with_deadline(running.meet(step.now))
