"""Guards of ends of a procurement and of returns to an earlier step: Procurement Act 2023 s.55, SI 2023/1348 reg 15."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.award.payloads import FurtherChoice, FurtherDecision, Notice, Representation
from rtp_applications.workflow.stages.award.restarts import (
    INVITATION,
    STEPS,
    ProcurementEnd,
    StepReturn,
    find_notice_owed,
    find_step,
    has_started,
)
from rtp_applications.workflow.stages.award.standstills import list_standstills
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.selection.guards import find_selection_route


@guard()
def procurement_has_started(step: Step) -> str | None:
    """Something of the procurement has happened that can be ended: before it, the regime is simply determined anew."""
    return None if has_started(step.snapshot) else "nothing has started yet; determine the regime anew"


@guard("/reference", payload=True)
def end_is_a_new_one(step: Step) -> str | None:
    """No procurement of this case ended under this reference before."""
    found = step.snapshot.find(ProcurementEnd, step.payload.reference)
    return "a procurement ended under this reference" if found else None


@guard("/reference", payload=True)
def return_is_a_new_one(step: Step) -> str | None:
    """The procurement did not go back under this reference before."""
    found = step.snapshot.find(StepReturn, step.payload.reference)
    return "the procurement went back under this reference" if found else None


@guard()
def selection_process_followed(step: Step) -> str | None:
    """The procurement follows a process with steps to repeat: Direct Award Process C, the Most Suitable Provider or the
    Competitive Process (SI 2023/1348 reg 15(8)(a)).
    """
    if find_selection_route(step.snapshot) in STEPS:
        return None
    return "only processes of SI 2023/1348 regs 9 to 11 have steps to repeat; end the procurement instead"


@guard("/step", payload=True)
def step_is_of_the_process(step: Step) -> str | None:
    """The step is one of the process, and before that in which it is: in a standstill also the notice of intention, and
    the standstill that follows it. What comes after the invitation of offers is repeated while the tender is live
    (SI 2023/1348 regs 9 to 11, 12(4)(d)(ii), (11), 15(1)(b), (8)(a)).
    """
    route, to, at = find_selection_route(step.snapshot), step.payload.to, find_step(step.snapshot)
    if route is None or at is None or not has_started(step.snapshot):
        return None
    if step.payload.step >= at:
        return f"{route} is in step {at}: only one before it is an earlier step (SI 2023/1348 reg 15(1)(b))"
    live = route is SelectionRoute.COMPETITIVE and step.payload.step > INVITATION
    fits = (to is Status.TENDER_LIVE) is live
    return None if fits else f"step {step.payload.step} of {route} is taken in {_name(live=live)}"


def _name(*, live: bool) -> Status:
    return Status.TENDER_LIVE if live else Status.CONTRACT_ROUTE


def _find_running_standstill(step: Step, wanted: FurtherChoice) -> str | None:
    determined = step.snapshot.find(RegimeDetermination)
    if step.snapshot.status is not Status.STANDSTILL or determined is None:
        return None
    if determined.regime is not Regime.PROVIDER_SELECTION:
        return None
    latest = max(list_standstills(step.snapshot), key=lambda each: each.due_at, default=None)
    if latest and step.now < latest.due_at:
        return f"only after the standstill has ended, which lasts to the end of {latest.due_on} (reg 15(3))"
    timely = {each.reference for each, _ in step.snapshot.list_payloads(Representation) if not each.late}
    further = list(step.snapshot.list_payloads(FurtherDecision))
    decided = {each.reference: each.decision for each, _ in further}
    last = max(further, key=lambda each: (each[0].communicated_on, each[1].signed[-1].at), default=None)
    if timely and (last is None or last[0].decision is not wanted):
        return (
            f"representations were made: put the further decision on file first, {wanted} (regs 12(4)(d), (7), 15(2))"
        )
    if waiting := sorted(timely - decided.keys()):
        return f"put the further decision on each representation on file first: {', '.join(waiting)} (reg 12(4), (6))"
    return None


@guard()
def end_follows_the_standstill(step: Step) -> str | None:
    """In a standstill of the Provider Selection Regime a procurement is abandoned only by the further decision on
    representations, and only after the standstill has ended (SI 2023/1348 regs 12(4)(d)(iii), 15(2), (3)).
    """
    return _find_running_standstill(step, FurtherChoice.ABANDON)


@guard()
def return_follows_the_standstill(step: Step) -> str | None:
    """In a standstill of the Provider Selection Regime a procurement goes back only by the further decision on
    representations, and only after the standstill has ended (SI 2023/1348 regs 12(4)(d)(ii), 15(2), (3)).
    """
    return _find_running_standstill(step, FurtherChoice.EARLIER_STEP)


@guard()
def former_procurement_noticed(step: Step) -> str | None:
    """Where a procurement of the case ended before, its notice is on file: the procurement termination notice
    (Procurement Act 2023 s.55(2)), or the notice of abandonment (SI 2023/1348 reg 15(4)).
    """
    owed = find_notice_owed(step.snapshot)
    return f"publish first, of the procurement that ended: {owed}" if owed else None


@guard("/kind", payload=True)
def notice_is_not_relied_on(step: Step) -> str | None:
    """A notice on which a standstill or an award rests is not replaced: what was published stays (Procurement Act 2023
    ss.50, 51; SI 2023/1348 regs 10 to 12).
    """
    kind, on_file = step.payload.kind, step.snapshot.find(Notice, step.payload.kind)
    settled = step.snapshot.status not in (Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE)
    if on_file is None or not settled or not _is_relied_on(step, kind):
        return None
    return f"{'a standstill' if step.snapshot.status is Status.STANDSTILL else 'an award'} rests on {on_file.notice_id}"


def _is_relied_on(step: Step, kind: str) -> bool:
    determined = step.snapshot.find(RegimeDetermination)
    tables = ("tender-notices", "standstill-notices", "award-notices")
    track = determined.track if determined else None
    return any(kind in step.process.get_setting(step.snapshot, table).get(track, ()) for table in tables)
