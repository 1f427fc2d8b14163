"""Guards of informing and consulting on the transfer of staff: TUPE (SI 2006/246) regs 11 and 13 to 15."""

from datetime import date

from rtp_applications.deadlines.rules.days import CalendarName, Length, due_on, latest_before
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.stages.transition.disputes import list_unanswered_disputes
from rtp_applications.workflow.stages.transition.payloads import ConsultationDispute, ConsultedWith, GoLiveDate
from rtp_applications.workflow.stages.transition.transfer import (
    RepresentativesElection,
    RepresentativesInPlace,
    TransferConsultation,
)
from rtp_shared.problems import FieldError


def read_length(step: Step, setting: str) -> Length:
    return parse_length(step.process.get_setting(step.snapshot, setting))


def find_end(step: Step, start: date, setting: str) -> date:
    """Return the last day of the length of this setting, counted from a day."""
    return due_on(start, read_length(step, setting), step.snapshot.calendars[CalendarName.ENGLAND_AND_WALES])


def find_day_before(step: Step, event: date, setting: str) -> date:
    """Return the last day that lies the length of this setting before an event."""
    return latest_before(event, read_length(step, setting), step.snapshot.calendars[CalendarName.ENGLAND_AND_WALES])


@guard("/inPlace", payload=True)
def representatives_said(step: Step) -> str | None:
    """It is said who stood for the affected employees when the information fell due (TUPE reg 13(3))."""
    return None if step.payload.in_place else "say which representatives were in place, or that none were"


@guard("/employerMeasures", payload=True)
def employers_measures_said(step: Step) -> str | None:
    """The employer says whether it envisages measures itself (TUPE reg 13(2)(c), (6))."""
    return None if step.payload.employer_measures is not None else "say whether the employer envisages measures"


@guard("/consultedWith", payload=True)
def those_in_place_consulted(step: Step) -> str | None:
    """Where a union is recognised for the employees it is consulted, and a union only where one is (TUPE reg 13(3)(a)).
    Otherwise the employer chooses between representatives in place and those elected for the transfer (reg 13(3)(b)).
    """
    in_place, consulted = step.payload.in_place, step.payload.consulted_with
    if in_place is None or consulted is ConsultedWith.DIRECTLY:
        return None
    if in_place is RepresentativesInPlace.UNION:
        return None if consulted is ConsultedWith.UNION else "consult the recognised union (reg 13(3)(a))"
    return "no union is recognised for these employees" if consulted is ConsultedWith.UNION else None


@guard("/consultedWith", payload=True)
def direct_consultation_allowed(step: Step) -> str | None:
    """Employees are informed and consulted directly only where no representatives were in place and none were asked to
    be elected, by an employer of fewer than 50 or where fewer than 10 transfer (TUPE reg 13A(1)); or where, invited to
    elect representatives, they did not in a reasonable time (reg 13(11)).
    """
    if step.payload.consulted_with is not ConsultedWith.DIRECTLY:
        return None
    election = step.snapshot.find(RepresentativesElection)
    if step.payload.in_place is RepresentativesInPlace.UNION:
        return "a union is recognised for the employees: inform and consult it (TUPE reg 13(3)(a))"
    if election is not None:
        return find_election_to_await(step, election, step.payload.informed_on or step.today)
    if step.payload.in_place is RepresentativesInPlace.EMPLOYEES:
        return "representatives were in place: inform and consult them (TUPE reg 13A(1)(b))"
    return _find_number_too_large(step)


def _find_number_too_large(step: Step) -> str | None:
    payload, limits = step.payload, step.process.get_setting(step.snapshot, "direct-consultation")
    if payload.employer_headcount < limits["employerBelow"] or payload.transferring < limits["transferBelow"]:
        return None
    return (
        f"of {payload.employer_headcount} employees {payload.transferring} transfer: consult a recognised union or "
        "representatives, or invite the employees to elect some (TUPE reg 13A(1)(a))"
    )


def find_election_to_await(step: Step, election: RepresentativesElection, informed: date) -> str | None:
    """Return why employees who were invited to elect representatives are not informed themselves instead, if so. An
    election at which nobody was elected does not shorten the reasonable time that they have.
    """
    if election.elected:
        return "representatives were elected: inform and consult them (TUPE reg 13(3)(b)(ii))"
    last = find_end(step, election.invited_on, "election-of-representatives")
    if informed > last:
        return None
    return f"the employees have until {last} to elect representatives (TUPE reg 13(11))"


@guard("/consultedWith", payload=True)
def representatives_elected(step: Step) -> str | FieldError | None:
    """Where none were in place, the representatives were elected before they were informed (TUPE regs 13(3)(b)(ii),
    14).
    """
    payload = step.payload
    if payload.in_place is not RepresentativesInPlace.NONE or payload.consulted_with is not ConsultedWith.ELECTED:
        return None
    election = step.snapshot.find(RepresentativesElection)
    if election is None or not election.elected or election.held_on is None:
        return "put the election of the representatives on file first (TUPE reg 14)"
    if payload.informed_on and payload.informed_on < election.held_on:
        return FieldError("/informedOn", f"representatives who were elected on {election.held_on} were informed then")
    return None


@guard("/endedOn", payload=True)
def ends_without_open_dispute(step: Step) -> str | None:
    """The consultation does not end while a dispute of it is unanswered: representations are considered and replied to
    (TUPE reg 13(7)).
    """
    waiting = list_unanswered_disputes(step.snapshot)
    return f"not answered: {', '.join(waiting)}" if step.payload.ended_on and waiting else None


@guard("/conduct", payload=True)
def election_described(step: Step) -> str | FieldError | None:
    """Of an election in which representatives were elected it is said when it was held, and how it met the requirements
    (TUPE reg 14(1)).
    """
    if not step.payload.elected:
        return None
    if step.payload.held_on is None:
        return FieldError("/heldOn", "give the day of the election")
    return None if step.payload.conduct else "say how the election met the requirements"


@guard("/asAt", payload=True)
def day_of_the_information_said(step: Step) -> str | None:
    """It is said as of which day the information stands (TUPE reg 11(3))."""
    return None if step.payload.as_at else "say as of which day the information stands"


def find_liability_information_day(step: Step) -> date | None:
    """Return the last day on which the employee liability information is in time for the transfer on file."""
    go_live = step.snapshot.find(GoLiveDate)
    return find_day_before(step, go_live.on, "liability-information-notice") if go_live else None


@guard("/lateBecause", payload=True)
def lateness_is_explained(step: Step) -> str | FieldError | None:
    """Information that was given less than 28 days before the transfer is late: it is said why, and whether special
    circumstances are claimed (TUPE reg 11(6)). It is put on file all the same.
    """
    latest = find_liability_information_day(step)
    if latest is None or step.payload.given_on <= latest:
        return None
    if step.payload.special_circumstances is None:
        return FieldError("/specialCircumstances", "say whether special circumstances are claimed (TUPE reg 11(6))")
    return None if step.payload.late_because else f"it was due by {latest}: say why it came later (TUPE reg 11(6))"


@guard()
def consultation_or_election_on_file(step: Step) -> str | None:
    """There is a consultation on file to dispute, or an election of representatives: of that any affected employee may
    complain by itself (TUPE reg 15(1)(a)).
    """
    kinds = (TransferConsultation, RepresentativesElection)
    if any(step.snapshot.find_record(kind) for kind in kinds):
        return None
    return "neither a consultation on the transfer nor an election of representatives is on file"


@guard()
def speaks_for_the_staff(step: Step) -> str | None:
    """A representative of the staff disputes; a member of the group where the employees themselves were informed or
    were to elect representatives: any affected employee may complain of that (TUPE reg 15(1)(a), (d)).
    """
    disputing = step.signed[-1].person
    parties = step.snapshot.parties.values()
    if any(each.role is Role.STAFF_REP and each.person == disputing and each.holds(step.today) for each in parties):
        return None
    consultation = step.snapshot.find(TransferConsultation)
    directly = consultation is not None and consultation.consulted_with is ConsultedWith.DIRECTLY
    if directly or step.snapshot.find_record(RepresentativesElection):
        return None
    return "the representatives of the staff dispute it"


@guard("/dispute", payload=True)
def dispute_on_file(step: Step) -> str | None:
    """The dispute that it answers is on file."""
    on_file = step.snapshot.find_record(ConsultationDispute, step.payload.dispute)
    return None if on_file else "no such dispute is on file"


@guard()
def disputes_answered(step: Step) -> str | None:
    """The employer answered every dispute of the consultation since it was raised."""
    waiting = list_unanswered_disputes(step.snapshot)
    return f"not answered: {', '.join(waiting)}" if waiting else None
