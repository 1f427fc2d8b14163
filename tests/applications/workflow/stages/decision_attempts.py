"""From the submitted business case to the mandate: what each action needs, and what breaks each guard."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from rtp_applications.workflow.enums import DocumentKind, Ground, Role, Status, Strand
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.business_case.payloads import BusinessCaseReturn, CompletenessCheck
from rtp_applications.workflow.stages.decision.payloads import (
    CallIn,
    ConditionClosure,
    ConditionEvidence,
    Confirmation,
    QuestionAnswer,
    ScrutinyResponse,
)
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from tests.applications.workflow.ground import (
    COMMISSIONER,
    EMPLOYER,
    Break,
    Ready,
    breaks,
    case_file,
    giving,
    on_snapshot,
    person,
    put,
    ready,
    with_document,
    without,
)
from tests.applications.workflow.stages.decided_cases import (
    ANSWER,
    BECAUSE,
    CLOSED,
    DAY,
    DECIDER,
    DEFERRAL,
    EVIDENCE,
    LEAD,
    MEMBER,
    OFFICER,
    ON_CONDITIONS,
    REFUSAL,
    SCRUTINY,
    SYSTEM,
    TODAY,
    VOTER,
    agenda,
    answered,
    approved,
    assured,
    before_panel,
    called_in,
    closed,
    conditional,
    conflict,
    decided_by,
    deferred,
    evidenced,
    finding,
    notice,
    reminded,
    responded,
    running,
    submitted,
    to_approve,
    to_approve_on_conditions,
    vote,
    voted,
    with_members,
    without_panel,
)

ready("begin-assurance", Ready(submitted, (OFFICER,), CompletenessCheck()))
BACK = BusinessCaseReturn(reasons="The cash flow is of last year.")
ready("return-business-case", Ready(submitted, (OFFICER,), BACK))
ready(
    "rate-strand",
    Ready(
        case_file(Status.ASSURANCE),
        (OFFICER,),
        AssuranceRating.model_validate({"strand": "legal", "rating": "green"}),
    ),
)
ready(
    "record-commissioner-consent",
    Ready(
        case_file(Status.ASSURANCE, commissioner_id=COMMISSIONER),
        (person(Role.COMMISSIONER),),
        CommissionerConsent(consents=True),
    ),
)
ready("publish-panel-papers", Ready(assured, (OFFICER,)))
ready("publish-key-decision-notice", Ready(case_file(Status.ASSURANCE), (OFFICER,), notice(TODAY)))
ready("publish-agenda", Ready(case_file(Status.PANEL_READY), (OFFICER,), agenda(TODAY)))
ready("cast-vote", Ready(before_panel, (VOTER,), vote("approve")))
ready("approve", to_approve)
ready("approve-with-conditions", to_approve_on_conditions)
ready("defer", Ready(voted("defer", before_panel), (DECIDER,), DEFERRAL))
ready("refuse-business-case", Ready(voted("refuse", before_panel), (DECIDER, OFFICER), REFUSAL))
ready("answer-question", Ready(deferred, (MEMBER,), ANSWER))
ready("return-to-panel", Ready(answered, (LEAD, OFFICER)))
ready("end-deferral", Ready(deferred, (SYSTEM,), now=running(deferred, "deferral").due_at))
ready("evidence-condition", Ready(conditional, (MEMBER,), EVIDENCE))
ready("close-condition", Ready(evidenced, (OFFICER,), CLOSED))
ready("close-conditions", Ready(closed, (LEAD, OFFICER)))
ready("let-condition-lapse", Ready(conditional, (SYSTEM,), now=running(conditional, "condition").due_at))
ready("call-in", Ready(approved, (SCRUTINY,), CallIn(**BECAUSE)))
ready("record-scrutiny-response", Ready(called_in, (SCRUTINY,), ScrutinyResponse(**BECAUSE)))
ready("confirm-after-call-in", Ready(responded, (DECIDER,), Confirmation(**BECAUSE)))
ready("return-after-call-in", Ready(responded, (DECIDER,), DEFERRAL))
ready("lapse-mandate", Ready(reminded(approved, 2), (SYSTEM,), now=running(approved, "mandate").due_at))

DECIDING = ("approve", "approve-with-conditions", "defer", "refuse-business-case")


def on_every_decision(guard: str) -> Callable[[Break], Break]:
    def register(change: Break) -> Break:
        for action in DECIDING:
            breaks(action, guard)(change)
        return change

    return register


breaks("begin-assurance", "documents-complete")(on_snapshot(replace, documents={}))
breaks("begin-assurance", "documents-clean")(on_snapshot(with_document, DocumentKind.OTHER, scan="infected"))
breaks("rate-strand", "strand-is-assured")(
    lambda attempt: replace(attempt, process=replace(attempt.process, strands=(Strand.DATA,)))
)
breaks("record-commissioner-consent", "commissioned-elsewhere")(
    lambda attempt: replace(attempt, snapshot=attempt.snapshot.with_case(commissioner_id=EMPLOYER))
)
breaks("publish-panel-papers", "every-strand-rated")(on_snapshot(without, AssuranceRating))
breaks("publish-panel-papers", "commissioner-consents")(
    lambda attempt: replace(attempt, snapshot=attempt.snapshot.with_case(commissioner_id=COMMISSIONER))
)
breaks("publish-panel-papers", "panel-appointed")(on_snapshot(without_panel))
breaks("publish-panel-papers", "no-member-conflicted")(on_snapshot(put, conflict(f"{Role.PANEL_MEMBER}-1")))
breaks(["publish-key-decision-notice", "publish-agenda"], "notice-is-owed")(on_snapshot(decided_by, "nhs-trust"))
breaks(["publish-key-decision-notice", "publish-agenda"], "published-by-today")(
    lambda attempt: giving(attempt, published_on=TODAY + DAY)
)
breaks("cast-vote", "vote-is-own")(lambda attempt: giving(attempt, member="somebody-else"))


@breaks("cast-vote", "deciders-are-independent")
@breaks("rate-strand", "deciders-are-independent")
@breaks("confirm-after-call-in", "deciders-are-independent")
@breaks("return-after-call-in", "deciders-are-independent")
@on_every_decision("deciders-are-independent")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, conflict(attempt.signers[-1].person)))


@on_every_decision("quorum-reached")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=with_members(attempt.snapshot, 3))


@on_every_decision("vote-supports-it")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, vote("abstain")))


@on_every_decision("reasoned-by-criterion")
def _(attempt: Ready) -> Ready:
    return finding(attempt, viability=None)


@on_every_decision("value-for-money-concluded")
def _(attempt: Ready) -> Ready:
    return finding(attempt, value_for_money=None)


@on_every_decision("key-decision-announced")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=without(attempt.snapshot, KeyDecisionAnnouncement))


@on_every_decision("agenda-published")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, agenda(TODAY - 5 * DAY)))


breaks("approve-with-conditions", "conditions-told-apart")(
    lambda attempt: giving(attempt, conditions=[*ON_CONDITIONS.conditions, *ON_CONDITIONS.conditions])
)
breaks("approve-with-conditions", "conditions-fall-due-later")(
    lambda attempt: giving(attempt, conditions=[ON_CONDITIONS.conditions[0].model_copy(update={"due_on": TODAY})])
)
breaks(["defer", "return-after-call-in"], "questions-told-apart")(
    lambda attempt: giving(attempt, questions=[*DEFERRAL.questions, *DEFERRAL.questions])
)
breaks(
    [
        "return-business-case",
        "refuse-business-case",
        "call-in",
        "record-scrutiny-response",
        "confirm-after-call-in",
        "return-after-call-in",
    ],
    "reasons-given",
)(lambda attempt: giving(attempt, reasons=""))
breaks("refuse-business-case", "ground-on-the-list")(
    lambda attempt: giving(replace(attempt, process=replace(attempt.process, grounds=frozenset(Ground))), ground=None)
)
breaks("refuse-business-case", "ground-is-supported")(
    lambda attempt: giving(attempt, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
)
breaks("answer-question", "question-was-asked")(lambda attempt: giving(attempt, question="something-else"))
breaks("return-to-panel", "every-question-answered")(
    lambda attempt: replace(attempt, snapshot=put(without(attempt.snapshot, QuestionAnswer), ANSWER))
)


@breaks("end-deferral", "deferral-time-over")
@breaks("let-condition-lapse", "condition-time-over")
@breaks("lapse-mandate", "mandate-time-over")
def _(attempt: Ready) -> Ready:
    return replace(attempt, now=attempt.now - timedelta(seconds=1))


breaks(["evidence-condition", "close-condition"], "condition-is-open")(on_snapshot(put, CLOSED))
breaks("close-condition", "condition-evidenced")(on_snapshot(without, ConditionEvidence))
breaks("close-conditions", "every-condition-closed")(
    lambda attempt: replace(attempt, snapshot=put(without(attempt.snapshot, ConditionClosure), CLOSED))
)
breaks("approve", "decision-published-by-today")(lambda attempt: giving(attempt, decision_published_on=TODAY + DAY))
breaks("call-in", "call-in-window-open")(
    lambda attempt: replace(attempt, now=running(approved, "call-in-window").due_at)
)
breaks(["confirm-after-call-in", "return-after-call-in"], "scrutiny-responded")(on_snapshot(without, ScrutinyResponse))
breaks("lapse-mandate", "mandate-reminders-sent")(on_snapshot(reminded, 1))
