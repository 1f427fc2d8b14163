"""Gates of the transfer of staff: nothing is ready before it was consulted on (TUPE, SI 2006/246, regs 11 and 13)."""

from datetime import date

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.transition.payloads import ConsultedWith, GoLiveDate, WorkforceSnapshot
from rtp_applications.workflow.stages.transition.transfer import (
    LiabilityInformation,
    MeasuresLetter,
    RepresentativesElection,
    TransferConsultation,
    TransferDuty,
    is_consultation_complete,
)
from rtp_applications.workflow.stages.transition.transfer_guards import (
    find_day_before,
    find_election_to_await,
    find_end,
    find_liability_information_day,
    read_length,
)


@guard()
def measures_told(step: Step) -> str | None:
    """The mutual told the employer which measures it envisages, or that it envisages none (TUPE reg 13(4))."""
    if step.snapshot.find(MeasuresLetter) or _is_breach_on_file(step):
        return None
    return "the mutual has not said which measures it envisages, or none"


def _is_breach_on_file(step: Step) -> bool:
    """Return whether the staff have transferred, and it is on file what was not as reg 13 asks: they transfer all the
    same (TUPE reg 4), and may complain (reg 15).
    """
    consultation, go_live = step.snapshot.find(TransferConsultation), step.snapshot.find(GoLiveDate)
    return bool(consultation and consultation.not_as_required and go_live and go_live.on <= step.today)


@guard()
def tupe_consulted(step: Step) -> str | None:
    """The staff's representatives were informed (TUPE reg 13(2)) and, where measures are envisaged, consulted until the
    consultation ended (reg 13(6)); or the special circumstances are on file that made it not reasonably practicable
    (reg 13(9)).
    """
    if is_consultation_complete(step.snapshot) or _is_breach_on_file(step):
        return None
    consultation = step.snapshot.find(TransferConsultation)
    if consultation is None:
        return "inform and consult the representatives of the staff first (TUPE reg 13)"
    if consultation.informed_on is None:
        return "say when the representatives had all of the information (TUPE reg 13(2))"
    return "measures are envisaged: end the consultation on them first (TUPE reg 13(6))"


@guard()
def direct_consultation_fits_count(step: Step) -> str | None:
    """Where employees are consulted directly because fewer than 10 transfer (TUPE reg 13A(1)(a)(ii)), no more are
    counted in the snapshot of the workforce that is nearest to when they were informed.
    """
    consultation = step.snapshot.find(TransferConsultation)
    limits = step.process.get_setting(step.snapshot, "direct-consultation")
    if consultation is None or consultation.consulted_with is not ConsultedWith.DIRECTLY:
        return None
    informed = consultation.informed_on or consultation.begun_on
    election = step.snapshot.find(RepresentativesElection)
    small = consultation.employer_headcount < limits["employerBelow"]
    if small or (election is not None and find_election_to_await(step, election, informed) is None):
        return None
    counted = _find_nearest_count(step, informed)
    if counted is None or counted.headcount < limits["transferBelow"]:
        return None
    return f"on {counted.taken_on} {counted.headcount} were counted: consult representatives (TUPE reg 13A(1)(a))"


def _find_nearest_count(step: Step, informed_on: date) -> WorkforceSnapshot | None:
    counts = [each for each, _ in step.snapshot.list_payloads(WorkforceSnapshot)]
    return min(counts, key=lambda each: abs(each.taken_on - informed_on), default=None)


@guard()
def informed_of_the_measures(step: Step) -> str | None:
    """The representatives were informed after the mutual told the employer of its measures, which are part of the
    information (TUPE reg 13(2)(d)), unless special circumstances are on file (reg 13(9)).
    """
    consultation, letter = step.snapshot.find(TransferConsultation), step.snapshot.find(MeasuresLetter)
    if consultation is None or letter is None or consultation.informed_on is None:
        return None
    if consultation.is_lifted(TransferDuty.MEASURES):
        return None
    if letter.sent_on <= consultation.informed_on or _is_breach_on_file(step):
        return None
    return (
        f"informed on {consultation.informed_on}, before the mutual's letter of {letter.sent_on}: inform the "
        "representatives of that too (TUPE reg 13(2)(d))"
    )


@guard()
def consulted_long_enough(step: Step) -> str | None:
    """The representatives were informed long enough before the transfer to be consulted (TUPE reg 13(2)), however soon
    they agreed; or special circumstances are on file (reg 13(9)), or the employees were invited in time to elect
    representatives, who were informed soon after (reg 13(10)). The number of days is the setting
    `transfer-consultation`: the law has none.
    """
    consultation, go_live = step.snapshot.find(TransferConsultation), step.snapshot.find(GoLiveDate)
    if consultation is None or go_live is None or consultation.is_lifted(TransferDuty.LONG_ENOUGH):
        return None
    if consultation.informed_on is None and not consultation.is_lifted(TransferDuty.INFORMATION):
        return None
    begun = max(consultation.begun_on, consultation.informed_on or consultation.begun_on)
    until = find_end(step, begun, "transfer-consultation")
    if until <= go_live.on or _is_breach_on_file(step) or _is_treated_as_in_time(step, consultation, go_live.on):
        return None
    return (
        f"informed and consulted from {begun} for a transfer on {go_live.on}: "
        f"{read_length(step, 'transfer-consultation')} are over on {until}"
    )


def _is_treated_as_in_time(step: Step, consultation: TransferConsultation, go_live: date) -> bool:
    """Return whether the employees were invited long enough before the information fell due to elect representatives by
    then, and those elected were informed as soon as that was reasonably practicable (TUPE reg 13(10)).
    """
    election, informed_on = step.snapshot.find(RepresentativesElection), consultation.informed_on
    if election is None or election.held_on is None or not election.elected or informed_on is None:
        return False
    if consultation.consulted_with is not ConsultedWith.ELECTED:
        return False
    fell_due = find_day_before(step, go_live, "transfer-consultation")
    invited_in_time = find_end(step, election.invited_on, "election-of-representatives") <= fell_due
    return invited_in_time and informed_on <= find_end(step, election.held_on, "information-after-election")


@guard()
def time_to_dispute_over(step: Step) -> str | None:
    """The representatives had time to look at the consultation on file, and to dispute it before the transfer. The
    number of days is the platform's.
    """
    window = step.snapshot.find_deadline("consultation-dispute-window")
    if window is None or not window.is_open or window.is_over(step.now):
        return None
    return f"the representatives may look at the consultation on file until the end of {window.due_on}"


@guard()
def liability_information_given(step: Step) -> str | None:
    """Employee liability information was given at least 28 days before the transfer; or later, and it is on file why
    and whether special circumstances are claimed (TUPE reg 11(6)). Lateness that is explained blocks nothing.
    """
    found = step.snapshot.find(LiabilityInformation)
    if found is None:
        return "the employer has not given the employee liability information (TUPE reg 11)"
    latest = find_liability_information_day(step)
    explained = found.late_because and found.special_circumstances is not None
    if latest is None or found.given_on <= latest or explained:
        return None
    return f"given on {found.given_on}, due by {latest}: put on file why it was late (TUPE reg 11(6))"
