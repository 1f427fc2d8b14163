"""Guards of the time limits of a tender: Procurement Act 2023 s.54(3), (4)."""

from datetime import date, timedelta

from rtp_applications.procurement.rules.reasoning import Reasoning
from rtp_applications.procurement.rules.values import central_government_authority
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.former import FormerBecause, FormerNotice
from rtp_applications.workflow.stages.award.guards import find_notice, list_tender_notices
from rtp_applications.workflow.stages.award.payloads import NoticeKind, TenderNotice
from rtp_applications.workflow.stages.award.restarts import find_last_restart
from rtp_applications.workflow.stages.award.tendering import (
    OF_THE_PRESELECTED,
    ShorterPeriod,
    TenderInvitation,
    TimeLimits,
)
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.contract.tracks import find_track
from rtp_shared.problems import FieldError

PERIODS = "tender-periods"
ACT = "Procurement Act 2023"
NOT_SAID = f"say by when tenders, or requests to participate, are due ({ACT} s.54(3), (4))"


def has_least_periods(snapshot: CaseSnapshot) -> bool:
    """Return True where a least time for tenders binds: under the Procurement Act, save for light touch contracts."""
    return find_track(snapshot) == Regime.OPEN


def find_last_day_for_tenders(snapshot: CaseSnapshot) -> date | None:
    """Return the day by which tenders are due, as the invitation or else the tender notice has it."""
    invited, opened = snapshot.find(TenderInvitation), find_notice(snapshot, NoticeKind.UK4)
    return (invited.tenders_due_on if invited else None) or (opened.tenders_due_on if opened else None)


def _find_first_day(snapshot: CaseSnapshot, said: TenderNotice) -> date:
    """Return on which day this procurement first invited tenders, or else requests to participate, as this notice does:
    one that is revised and republished (s.31(4), (5)) begins no time anew (s.54(5)). What is put on file again under
    its number is the same notice, corrected.
    """
    since, on_file = find_last_restart(snapshot), find_notice(snapshot, NoticeKind.UK4)
    former = [
        each
        for each, record in snapshot.list_payloads(FormerNotice)
        if each.kind is NoticeKind.UK4
        and each.because is FormerBecause.CORRECTED
        and (since is None or record.signed[-1].at > since)
    ]
    earlier = [*former, *([on_file] if on_file else [])]
    alike = (each for each in earlier if bool(each.requests_due_on) is bool(said.requests_due_on))
    return min({**{each.notice_id: each.published_on for each in alike}, said.notice_id: said.published_on}.values())


def _find_missing_days(field: str, section: str, first: date, last: date, days: int) -> FieldError | None:
    """Return what is wrong if the period that begins on the day after the first has fewer days than these."""
    earliest = first + timedelta(days=days)
    if last >= earliest:
        return None
    return FieldError(field, f"not before {earliest}, {days} days after {first} ({ACT} {section})")


def _measure_tendering_period(step: Step, said: TimeLimits) -> int:
    """Return the least number of days for tenders, by what is said of them."""
    periods = step.process.get_setting(step.snapshot, PERIODS)
    if said.shorter_because is ShorterPeriod.NEGOTIATED:
        return 0
    if said.shorter_because:
        return int(periods["shorter"])
    wanting = [each for each in (said.electronic_tenders, said.documents_at_once) if not each]
    return int(periods[("electronicAndAtOnce", "oneOfBoth", "neither")[len(wanting)]])


@guard("/tendersDueOn", payload=True)
def time_limits_are_of_a_tender(step: Step) -> str | None:
    """Only a tender notice says by when tenders or requests to participate are due (Procurement Act 2023 s.54(5))."""
    said = step.payload
    limited = said.tenders_due_on or said.requests_due_on
    return "only a tender notice has time limits" if limited and said.kind is not NoticeKind.UK4 else None


@guard("/tendersDueOn", payload=True)
def time_limits_are_lawful(step: Step) -> str | FieldError | None:
    """A tender notice under the Procurement Act 2023, save of a light touch contract, says by when tenders or requests
    to participate are due: requests 25 days after it at least, 10 in urgency; tenders 25 to 35 days, by how they are
    submitted and when the documents come, or 10 after a qualifying planned procurement notice, in urgency or of a
    dynamic market (s.54(3) to (5)). Of one that is republished, the time counts from the first (ss.31(4), (5), 54(5)).
    """
    said: TenderNotice = step.payload
    if said.kind is not NoticeKind.UK4 or not has_least_periods(step.snapshot):
        return None
    if said.shorter_because in OF_THE_PRESELECTED:
        return FieldError("/shorterBecause", f"nobody is preselected before invite-tenders ({ACT} s.54(5))")
    first = _find_first_day(step.snapshot, said)
    if said.requests_due_on:
        periods = step.process.get_setting(step.snapshot, PERIODS)
        days = periods["shorter" if said.shorter_because is ShorterPeriod.URGENCY else "participation"]
        return _find_missing_days("/requestsDueOn", "s.54(3)", first, said.requests_due_on, days)
    if said.tenders_due_on is None:
        return NOT_SAID
    days = _measure_tendering_period(step, said)
    return _find_missing_days("/tendersDueOn", "s.54(4)", first, said.tenders_due_on, days)


@guard("/tendersDueOn", payload=True)
def tendering_period_is_lawful(step: Step) -> str | FieldError | None:
    """The invitation says by when tenders are due: 25 to 35 days after it at least, by how they are submitted and when
    the documents come; 10 where only preselected suppliers may tender and any that is agreed with them, save of a
    central government authority; else 10 where s.54(4) of the Procurement Act 2023 allows it. Of a light touch
    contract, any.
    """
    said = step.payload
    if not has_least_periods(step.snapshot):
        return None
    if said.tenders_due_on is None:
        return f"say by when tenders are due ({ACT} s.54(4))"
    central = Reasoning(collect_facts(step.snapshot)).ask(central_government_authority)
    if said.shorter_because in OF_THE_PRESELECTED and central:
        return FieldError("/shorterBecause", f"not of a central government authority ({ACT} s.54(4))")
    days = _measure_tendering_period(step, said)
    return _find_missing_days("/tendersDueOn", "s.54(4)", said.invited_on, said.tenders_due_on, days)


@guard()
def requests_were_invited(step: Step) -> str | None:
    """The tender notice invited requests to participate, which come before the invitation to tender (Procurement Act
    2023 s.54(5)).
    """
    invited = any(each.requests_due_on for each in list_tender_notices(step))
    return None if invited else "the tender notice on file invites no requests to participate"


@guard()
def tendering_period_over(step: Step) -> str | None:
    """The time for tenders is over, as the tender notice or the invitation has it: before that none is assessed, and no
    contract awarded (Procurement Act 2023 ss.19(1), 54(4), (5)).
    """
    if not has_least_periods(step.snapshot):
        return None
    opened, last = find_notice(step.snapshot, NoticeKind.UK4), find_last_day_for_tenders(step.snapshot)
    if opened and opened.requests_due_on and last is None:
        return f"invite those to tender who may participate ({ACT} s.54(4), (5))"
    return f"tenders may be submitted to the end of {last} ({ACT} s.54(5))" if last and step.today <= last else None
