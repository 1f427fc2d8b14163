"""Clocks of the answer to an expression of interest."""

from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import for_the_body, for_the_group, make_publication_clock, propose_clock
from rtp_applications.workflow.common.payloads import Refusal
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.clocks import find_start_of_maximum
from rtp_applications.workflow.stages.reorganisation.doubt import GIVEN_UP, find_doubt
from rtp_applications.workflow.stages.review.payloads import Acceptance


def find_notification_day(snapshot: CaseSnapshot) -> date | None:
    """Return the day on which the authority notified the group of its newest answer: the time runs to that, not to the
    decision (Localism Act 2011 s.84(3)(b), (8)(a)).
    """
    found = [each for kind in (Acceptance, Refusal) if (each := snapshot.find_record(kind))]
    latest = max(found, key=lambda each: each.signed[-1].at, default=None)
    if latest is None:
        return None
    said = latest.content.get("notifiedOn")
    return date.fromisoformat(said) if said else civil_date(latest.signed[-1].at)


EOI_DECISION = propose_clock(
    "eoi-decision", "Decide on the expression of interest", 40,
    Status.EOI_UNDER_REVIEW, Status.MODIFICATION_OFFERED, pauses_in=frozenset({Status.MODIFICATION_OFFERED}),
    reminders=(5,), extendable=for_the_body(20),
)  # fmt: skip
MODIFICATION_REPLY = propose_clock(
    "modification-reply", "Answer the offered modification, counted from its entry", 15, Status.MODIFICATION_OFFERED,
    reminders=(3,), on_end="let-modification-lapse", extendable=for_the_group(15), runs_from_entry=True,
)  # fmt: skip
CLOCKS = (EOI_DECISION, MODIFICATION_REPLY)
UNTIL_ANSWERED = frozenset(
    {
        Status.EOI_SUBMITTED,
        Status.EOI_SCREENING,
        Status.INFORMATION_REQUESTED,
        Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
    }
)
REMITTED_DECISION = propose_clock(
    "remitted-decision", "Decide anew on the expression of interest that was opened again",
    40, *sorted(UNTIL_ANSWERED), fixed=True, reminders=(5,),
    started_by=("remit-by-court", "reopen-refusal", "reopen-after-call-in"), extendable=for_the_body(20),
)  # fmt: skip
"""The Act has no time for it: the published maximum runs from the receipt, and was spent."""
CLOCKS_OF_A_CHALLENGE = (
    CaseClock(
        name="eoi-decision",
        description="Decide within the maximum period that the authority published",
        runs_in=UNTIL_ANSWERED,
        rule="maximum-decision-period",
        rule_on=find_start_of_maximum,
        unsettled_when=find_doubt,
        ended_by=GIVEN_UP,
        starts_late=True,
        basis=Basis.STATUTE,
        source="Localism Act 2011 s.84(3), (8): from the receipt to the notification",
        once=True,
        yields_to=REMITTED_DECISION.name,
        reminders=(14,),
        counts_from=find_start_of_maximum,
        met_as_of=find_notification_day,
    ),
    REMITTED_DECISION,
    make_publication_clock(
        "publish-maximum-period", "Publish the longest time from receipt to the decision: none is published",
        "maximum-decision-period", "s.84", *UNTIL_ANSWERED,
    ),
)  # fmt: skip
