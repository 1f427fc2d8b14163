"""What may be done at any stage: withdraw, lapse, suspend, escalate, obey a court."""

from rtp_applications.workflow import effects, tells
from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.guards import reasons_given
from rtp_applications.workflow.records import ConflictOfInterest, Nothing, Reasons
from rtp_applications.workflow.stages import standing
from rtp_applications.workflow.words import AFTER_A_DECISION, APPEALABLE, OPEN, Role, Status
from rtp_shared.contracts import applications as events

BODY_SIDE = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.MUTUALS_TEAM)

WITHDRAW = Action(
    name="withdraw",
    row=(21,),
    says="Withdraw the case at the staff group's wish. A draft that is withdrawn stays unknown to the employing body.",
    who=by(Role.APPLICANT_LEAD),
    starts=OPEN,
    leads_to=(Status.WITHDRAWN,),
    guards=(standing.majority_recorded,),
    takes=standing.Withdrawal,
    event=events.CaseWithdrawn,
    tells=tells.withdrawn,
    effects=(effects.withdraw, effects.finish),
)
LAPSE = Action(
    name="lapse",
    row=(22,),
    says="The staff group, whose turn it is, did nothing for the whole idle limit, and two reminders were sent: the "
    "case lapses.",
    who=by(Role.SYSTEM),
    starts=OPEN,
    leads_to=(Status.LAPSED,),
    guards=(standing.idle_limit_reached, standing.two_reminders_sent, standing.group_owes_the_next_step),
    takes=Nothing,
    event=events.CaseLapsed,
    effects=(effects.finish,),
)
SUPERSEDE = Action(
    name="supersede",
    row=(23,),
    says="The employing body was abolished or merged, and another case takes this one's place.",
    who=by(Role.MUTUALS_TEAM),
    starts=OPEN,
    leads_to=(Status.SUPERSEDED,),
    guards=(standing.employer_ended, standing.successor_case_given),
    takes=standing.Succession,
    event=events.CaseSuperseded,
    effects=(effects.supersede,),
)
ESCALATE = Action(
    name="escalate",
    row=(20,),
    says="Take the refusal to the escalation point, while the appeal window is open.",
    who=by(Role.APPLICANT_LEAD),
    starts=APPEALABLE,
    guards=(standing.not_final, standing.not_escalated, standing.appeal_window_open),
    takes=standing.Escalation,
    event=events.CaseEscalated,
    effects=(effects.escalate,),
)
UPHOLD = Action(
    name="uphold-refusal",
    row=(20,),
    says="The reviewer upholds the refusal: it is final.",
    who=by(Role.ESCALATION_REVIEWER),
    starts=APPEALABLE,
    guards=(standing.escalated, standing.reviewer_independent, reasons_given),
    takes=standing.Finding,
    event=events.RefusalUpheld,
    effects=(effects.settle,),
)
REMIT = Action(
    name="remit",
    row=(20,),
    says="The reviewer sends the case back to be considered anew. A reviewer may recommend; awarding is not theirs.",
    who=by(Role.ESCALATION_REVIEWER),
    starts=APPEALABLE,
    leads_to=(Status.EOI_UNDER_REVIEW, Status.FEASIBILITY, Status.PANEL_READY),
    guards=(standing.escalated, standing.reviewer_independent, reasons_given, standing.stage_was_reached),
    takes=standing.Remittal,
    event=events.CaseRemitted,
    effects=(effects.reopen,),
)
SETTLE = Action(
    name="close-appeal-window",
    row=(20,),
    says="The appeal window has closed without an appeal: the end is final.",
    who=by(Role.SYSTEM),
    starts=APPEALABLE,
    guards=(standing.not_final, standing.appeal_window_over),
    takes=Nothing,
    event=events.RefusalBecameFinal,
    effects=(effects.settle,),
)
QUASH = Action(
    name="quash",
    row=(31,),
    says="A court quashed the decision, and the case is over.",
    who=by(Role.SYSTEM),
    starts=AFTER_A_DECISION,
    leads_to=(Status.QUASHED,),
    guards=(standing.court_order_given,),
    takes=standing.CourtOrder,
    event=events.DecisionQuashed,
    effects=(effects.finish,),
)
REMIT_BY_COURT = Action(
    name="remit-by-court",
    row=(31,),
    says="A court quashed the decision and sends the case back to an earlier stage.",
    who=by(Role.SYSTEM),
    starts=AFTER_A_DECISION,
    leads_to=(Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.ASSURANCE, Status.PANEL_READY),
    guards=(standing.court_order_given, standing.stage_was_reached),
    takes=standing.CourtRemittal,
    event=events.CaseRemitted,
    effects=(effects.reopen, effects.strike_what_was_quashed),
)
SUSPEND = Action(
    name="suspend",
    says="Let the case rest, for litigation, a pre-election period, a reorganisation or a statutory consultation. "
    "Discretionary clocks pause; statutory ones run on, and so does that of the suspension's review.",
    who=by(*BODY_SIDE),
    starts=OPEN - {Status.DRAFT},
    guards=(standing.not_suspended, reasons_given, standing.review_in_time),
    takes=standing.SuspensionNote,
    event=events.CaseSuspended,
    effects=(effects.suspend,),
)
RESUME = Action(
    name="resume",
    says="End the suspension; the clocks run on from where they stood, also those of a case that ended meanwhile.",
    who=by(*BODY_SIDE),
    starts=(OPEN - {Status.DRAFT}) | APPEALABLE | {Status.LAUNCHED},
    guards=(standing.suspended, reasons_given),
    takes=Reasons,
    event=events.CaseResumed,
    effects=(effects.resume,),
)
DECLARE_CONFLICT = Action(
    name="declare-conflict",
    says="Put a conflict of interest on the case's register, or its end. Whoever stands on it with a bar signs no "
    "decision.",
    who=by(
        Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.CASE_OFFICER, Role.PANEL_MEMBER, Role.DECISION_MAKER,
        Role.COMMISSIONER, Role.ADVISER, Role.MENTOR, Role.FUNDER, Role.STAFF_REP, Role.MUTUALS_TEAM,
    ),
    starts=OPEN,
    guards=(standing.bar_lifted_by_an_officer,),
    takes=ConflictOfInterest,
)  # fmt: skip
PUBLISH_INTENTION = Action(
    name="publish-intention",
    says="Put on file that the body published its intention to consider provision by a mutual of its staff. "
    "From then on it may refuse rival challenges for that service.",
    who=by(Role.CASE_OFFICER, Role.DECISION_MAKER),
    starts=OPEN - {Status.DRAFT},
    guards=(standing.published_already,),
    takes=standing.PublishedIntention,
    event=events.IntentionPublished,
)

ACTIONS = (
    WITHDRAW, LAPSE, SUPERSEDE, ESCALATE, UPHOLD, REMIT, SETTLE, QUASH, REMIT_BY_COURT, SUSPEND, RESUME,
    DECLARE_CONFLICT,
)  # fmt: skip
