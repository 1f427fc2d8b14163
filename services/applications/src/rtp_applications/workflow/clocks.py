"""The clocks of the process: what is due in which state, on what basis, by which calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from rtp_applications.clocks.days import Length, Unit, civil_date
from rtp_applications.clocks.deadline import Basis
from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.definition import Clock
from rtp_applications.workflow.stages.decision import (
    Approval,
    approved_by,
    call_in_begun,
    day_before_next_condition,
    may_be_called_in,
)
from rtp_applications.workflow.stages.interest import decision_date_notified_on, receipt_sent_on, within
from rtp_applications.workflow.stages.panel import AgendaPublication, KeyDecisionAnnouncement
from rtp_applications.workflow.stages.publication import Decision, Publication
from rtp_applications.workflow.stages.standing import day_before_review
from rtp_applications.workflow.words import APPEALABLE, OPEN, OWED_BY_THE_GROUP, Status

FIXED = "platform default, proposed 2026-11"
PROPOSED = f"{FIXED}; a body may set its own"
LOCALISM_ACT_84 = "Localism Act 2011 s.84 and statutory guidance (2012)"


def receipt_or_window_end(file: CaseFile, today: date) -> date:
    """Under s.84 time counts from receipt, or from the end of the period in which it was received."""
    windows = file.rule("eoi-windows") or []
    received = civil_date(file.case.submitted_at) if file.case.submitted_at else today
    open_now = next((window for window in windows if within(received, window)), None)
    if open_now is None:
        return received
    end = date(received.year, open_now["toMonth"], open_now["toDay"])
    return end if end >= received else end.replace(year=end.year + 1)


def decision_published(file: CaseFile, today: date) -> date | None:
    """From where the call-in window counts; None before the decision is published, once it ran, or without call-in.

    That conditions are closed counts as published today: the approval on conditions was made public before.
    """
    approved = approved_by(file)
    if not may_be_called_in(file) or approved is None or call_in_begun(file):
        return None
    if approved.kind != Approval.KIND:
        return today
    register = file.recorded(Publication, Decision.APPROVED)
    registered = register.signed[-1].at if register and register.signed[-1].at >= approved.signed[-1].at else None
    said = Approval.model_validate(approved.content).decision_published_on
    return said or (civil_date(registered) if registered else None)


def proposed(
    name: str,
    says: str,
    days: int,
    *runs_in: Status,
    unit: Unit = Unit.WORKING_DAYS,
    rule: str | None = None,
    fixed: bool = False,
    idle: bool = False,
    window: bool = False,
    pauses_in: frozenset[Status] = frozenset(),
    met_by: tuple[str, ...] = (),
    started_by: tuple[str, ...] = (),
    reminders: tuple[int, ...] = (),
    on_end: str | None = None,
    counts_from: Callable[[CaseFile, date], date | None] | None = None,
    met_as_of: Callable[[CaseFile], date | None] | None = None,
) -> Clock:
    """A clock of our own, which a body may replace by its rule of the same name unless it is fixed."""
    return Clock(
        name=name,
        says=says,
        runs_in=frozenset(runs_in),
        length=Length(days, unit),
        rule=None if fixed else rule or name,
        basis=Basis.POLICY,
        source=FIXED if fixed else PROPOSED,
        local_calendar=True,
        idle=idle,
        window=window,
        pauses_in=pauses_in,
        met_by=met_by,
        started_by=started_by,
        reminders=reminders,
        on_end=on_end,
        counts_from=counts_from,
        met_as_of=met_as_of,
    )


def publication_owed(name: str, says: str, rule: str, section: str, *runs_in: Status) -> Clock:
    """A duty of the authority to publish a period, counted from the day on which a challenge first needs it.

    It runs only where the authority has no such rule, and is met when it has one. Like every statutory clock it
    neither pauses nor is extended by the body whose failure it shows.
    """

    def owed(file: CaseFile, today: date) -> date | None:
        return None if file.rule(rule) else today

    def published(file: CaseFile) -> bool:
        return bool(file.rule(rule))

    return Clock(
        name=name,
        says=says,
        runs_in=frozenset(runs_in),
        length=Length(28, Unit.CALENDAR_DAYS),
        basis=Basis.STATUTE,
        source=f"Localism Act 2011 {section}: the authority must publish it. The Act gives no days after which a "
        "failure shows; 28 are the platform's, proposed 2026-11",
        reminders=(7, 1),
        counts_from=owed,
        met_once=published,
    )


ASKED = frozenset({Status.INFORMATION_REQUESTED})
DECISION_DATE_NOTICE = proposed(
    "decision-date-notice", "Tell the applicants when a decision is expected, as soon as a challenge would be told", 30,
    Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, unit=Unit.CALENDAR_DAYS, fixed=True,
    met_by=("notify-decision-date",), met_as_of=decision_date_notified_on, reminders=(7,),
)  # fmt: skip
"""Of Right to Provide: a policy, where the Community Right to Challenge has it by statute."""
INTEREST = (
    proposed(
        "acknowledgement", "Send the receipt", 5, Status.EOI_SUBMITTED, met_by=("acknowledge",),
        met_as_of=receipt_sent_on,
    ),
    proposed(
        "screening", "Check eligibility and completeness", 10,
        Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, pauses_in=ASKED,
    ),
    proposed(
        "information-reply", "Answer the request for information", 15, Status.INFORMATION_REQUESTED,
        reminders=(3,), on_end="close-information-request",
    ),
    proposed(
        "eoi-decision", "Decide on the expression of interest", 40,
        Status.EOI_UNDER_REVIEW, Status.MODIFICATION_OFFERED, pauses_in=frozenset({Status.MODIFICATION_OFFERED}),
        reminders=(5,),
    ),
    proposed(
        "modification-reply", "Answer the offered modification", 15, Status.MODIFICATION_OFFERED,
        reminders=(3,), on_end="let-modification-lapse",
    ),
)  # fmt: skip
UNTIL_ANSWERED = frozenset(
    {
        Status.EOI_SUBMITTED,
        Status.EOI_SCREENING,
        Status.INFORMATION_REQUESTED,
        Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
    }
)
CHALLENGE = (
    INTEREST[0],
    replace(INTEREST[1], pauses_in=frozenset()),
    INTEREST[2],
    INTEREST[4],
    Clock(
        name="decision-date-notice",
        says="Tell the applicants when a decision is expected: 30 days from receipt or from the end of the period",
        runs_in=frozenset({Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED}),
        length=Length(30, Unit.CALENDAR_DAYS),
        basis=Basis.STATUTE,
        source=LOCALISM_ACT_84,
        met_by=("notify-decision-date",),
        met_as_of=decision_date_notified_on,
        reminders=(7,),
        counts_from=receipt_or_window_end,
    ),
    Clock(
        name="eoi-decision",
        says="Decide within the maximum period that the authority published",
        runs_in=UNTIL_ANSWERED,
        rule="maximum-decision-period",
        basis=Basis.STATUTE,
        source=LOCALISM_ACT_84,
        reminders=(14,),
        counts_from=receipt_or_window_end,
    ),
    publication_owed(
        "publish-maximum-period", "Publish the longest time from receipt to the decision: none is published",
        "maximum-decision-period", "s.84", *UNTIL_ANSWERED,
    ),
    publication_owed(
        "publish-procurement-gap",
        "Publish the shortest and longest time between acceptance and procurement: none is published",
        "procurement-gap", "s.83", Status.EOI_ACCEPTED,
    ),
)  # fmt: skip


def key_decision_announced(file: CaseFile, _: date) -> date | None:
    notice = file.last(KeyDecisionAnnouncement)
    return notice.published_on if notice else None


def agenda_published(file: CaseFile, _: date) -> date | None:
    notice = file.last(AgendaPublication)
    return notice.published_on if notice else None


BUSINESS_CASE = (
    proposed("feasibility-start", "Disclose the information pack and begin the appraisal", 20, Status.EOI_ACCEPTED),
    proposed(
        "feasibility", "Appraise the options: a target", 90, Status.FEASIBILITY, unit=Unit.CALENDAR_DAYS,
        reminders=(14,),
    ),
    proposed(
        "business-case", "Write the business case; it may be extended", 180, Status.BUSINESS_CASE,
        unit=Unit.CALENDAR_DAYS, reminders=(30, 7),
    ),
    proposed("completeness", "Check that the business case is complete", 10, Status.CASE_SUBMITTED, reminders=(3,)),
    proposed("assurance", "Rate every strand of assurance", 30, Status.ASSURANCE, reminders=(5,)),
)  # fmt: skip
NOTICES = "SI 2012/2089 (council executives in England)"
DECISION = (
    Clock(
        name="key-decision-notice",
        says="Public notice of a key decision: it may be taken on the day after these clear days",
        runs_in=frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE, Status.PANEL_READY, Status.DEFERRED}),
        length=Length(28, Unit.CLEAR_DAYS),
        rule="key-decision-notice",
        basis=Basis.STATUTE,
        source=NOTICES,
        local_calendar=True,
        met_by=("publish-key-decision-notice",),
        started_by=("publish-key-decision-notice",),
        window=True,
        counts_from=key_decision_announced,
    ),
    Clock(
        name="agenda-notice",
        says="Public notice of agenda and papers: the meeting may be held on the day after these clear days",
        runs_in=frozenset({Status.PANEL_READY}),
        length=Length(5, Unit.CLEAR_DAYS),
        rule="agenda-notice",
        basis=Basis.STATUTE,
        source=NOTICES,
        local_calendar=True,
        met_by=("publish-agenda",),
        started_by=("publish-agenda",),
        window=True,
        counts_from=agenda_published,
    ),
    proposed(
        "deferral", "Answer the questions of the panel", 60, Status.DEFERRED, unit=Unit.CALENDAR_DAYS,
        reminders=(14,), on_end="end-deferral",
    ),
    Clock(
        name="condition",
        says="Close the condition that falls due first, by the day that the decision set",
        runs_in=frozenset({Status.APPROVED_CONDITIONAL}),
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the conditional approval itself",
        started_by=("approve-with-conditions", "close-condition"),
        reminders=(14, 3),
        on_end="let-condition-lapse",
        counts_from=day_before_next_condition,
    ),
    Clock(
        name="call-in-window",
        says="Scrutiny may call the decision in, counted from its publication",
        runs_in=frozenset({Status.APPROVED}),
        length=Length(5, Unit.WORKING_DAYS),
        rule="call-in-window",
        basis=Basis.LOCAL_RULE,
        source="the council's constitution; 5 working days are common, and stand where it is silent",
        local_calendar=True,
        started_by=("approve", "close-conditions", "publish-decision"),
        window=True,
        counts_from=decision_published,
    ),
    proposed(
        "mandate", "Choose a contract route before the mandate lapses", 12, Status.APPROVED, Status.CALLED_IN,
        unit=Unit.MONTHS, window=True, pauses_in=frozenset({Status.CALLED_IN}), reminders=(90, 30),
        on_end="lapse-mandate",
    ),
)  # fmt: skip


STANDING = (
    proposed(
        "appeal-window", "Take the refusal to the escalation point", 20, *APPEALABLE, fixed=True, window=True,
        reminders=(5,), on_end="close-appeal-window",
    ),
    proposed(
        "idle", "The staff group, whose turn it is, does nothing: the case lapses", 180, *OWED_BY_THE_GROUP,
        unit=Unit.CALENDAR_DAYS, rule="idle-limit", idle=True, window=True, reminders=(30, 7), on_end="lapse",
    ),
    Clock(
        name="suspension-review",
        says="Look again at whether the case must rest, by the day that its suspension set",
        runs_in=(OPEN - {Status.DRAFT}) | APPEALABLE | {Status.LAUNCHED},
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the suspension itself",
        rests=False,
        met_by=("resume",),
        started_by=("suspend",),
        ended_by=("withdraw", "lapse", "supersede", "quash", "record-tender-lost"),
        reminders=(14,),
        counts_from=day_before_review,
    ),
)  # fmt: skip
