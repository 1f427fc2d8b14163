"""Actions that may be taken at any stage: withdraw, lapse, suspend, escalate, obey a court."""

from dataclasses import replace

from rtp_applications.workflow.common.effects import finish, remember_where_refused, withdraw
from rtp_applications.workflow.common.events import make_case_withdrawn
from rtp_applications.workflow.common.guards import deciders_are_independent, majority_recorded, reasons_given
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Nothing, Reasons, Withdrawal
from rtp_applications.workflow.common.signatories import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of, replace_actions
from rtp_applications.workflow.enums import AFTER_A_DECISION, APPEALABLE, OPEN, UNTIL_THE_LAUNCH, Role, Status
from rtp_applications.workflow.stages.cross_stage import dates, effects, guards, payloads
from rtp_shared.contracts import applications as events

BODY_SIDE = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.MUTUALS_TEAM)
WITHDRAW = Action(
    name="withdraw",
    rows=(21,),
    description="Withdraw the case at the staff group's wish. A draft that is withdrawn stays unknown to the "
    "employing body.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=OPEN,
    leads_to=(Status.WITHDRAWN,),
    guards=(majority_recorded,),
    payload_model=Withdrawal,
    event=events.CaseWithdrawn,
    event_factory=make_case_withdrawn,
    effects=(withdraw, finish),
)
LAPSE = Action(
    name="lapse",
    rows=(22,),
    description="The staff group, whose turn it is, did nothing for the whole idle limit, and two reminders were "
    "sent: the case lapses.",
    signatories=one_of(Role.SYSTEM),
    from_states=OPEN,
    leads_to=(Status.LAPSED,),
    guards=(guards.idle_limit_reached, guards.two_reminders_sent, guards.group_owes_the_next_step),
    payload_model=Nothing,
    event=events.CaseLapsed,
    effects=(finish,),
)
SUPERSEDE = Action(
    name="supersede",
    rows=(23,),
    description="The employing body was abolished or merged, and another case takes this one's place.",
    signatories=one_of(Role.MUTUALS_TEAM),
    from_states=OPEN,
    leads_to=(Status.SUPERSEDED,),
    guards=(guards.employer_ended, guards.successor_case_given),
    payload_model=payloads.Succession,
    event=events.CaseSuperseded,
    effects=(effects.supersede,),
)
ESCALATE = Action(
    name="escalate",
    rows=(20,),
    description="Take the refusal to the escalation point, while the appeal window is open.",
    signatories=one_of(Role.APPLICANT_LEAD),
    from_states=APPEALABLE,
    guards=(guards.not_final, guards.not_escalated, guards.appeal_window_open),
    payload_model=payloads.Escalation,
    event=events.CaseEscalated,
    effects=(effects.escalate,),
)
UPHOLD = Action(
    name="uphold-refusal",
    rows=(20,),
    description="The reviewer upholds the refusal: it is final.",
    signatories=one_of(Role.ESCALATION_REVIEWER),
    from_states=APPEALABLE,
    guards=(guards.escalated, guards.reviewer_independent, reasons_given, *dates.OF_A_REVIEW),
    payload_model=payloads.Finding,
    event=events.RefusalUpheld,
    effects=(effects.make_final,),
)
REMIT = Action(
    name="remit",
    rows=(20,),
    description="The reviewer sends the case back to be considered anew. A reviewer may recommend; awarding is not "
    "theirs.",
    signatories=one_of(Role.ESCALATION_REVIEWER),
    from_states=APPEALABLE,
    leads_to=(Status.EOI_UNDER_REVIEW, Status.FEASIBILITY, Status.PANEL_READY),
    guards=(
        guards.escalated,
        guards.reviewer_independent,
        reasons_given,
        guards.stage_was_reached,
        *dates.OF_A_REVIEW,
    ),
    payload_model=payloads.Remittal,
    event=events.CaseRemitted,
    effects=(effects.reopen,),
    clears=(payloads.Stop,),
)
SETTLE = Action(
    name="close-appeal-window",
    rows=(20,),
    description="The appeal window has closed without an appeal: the end is final.",
    signatories=one_of(Role.SYSTEM),
    from_states=APPEALABLE,
    guards=(guards.not_final, guards.appeal_window_over),
    payload_model=Nothing,
    event=events.RefusalBecameFinal,
    effects=(effects.make_final,),
)
QUASH = Action(
    name="quash",
    rows=(31,),
    description="A court quashed the decision, and the case is over.",
    signatories=one_of(Role.SYSTEM),
    from_states=AFTER_A_DECISION,
    leads_to=(Status.QUASHED,),
    guards=dates.OF_AN_ORDER,
    payload_model=payloads.CourtOrder,
    event=events.DecisionQuashed,
    effects=(finish,),
)
REMIT_BY_COURT = Action(
    name="remit-by-court",
    rows=(31,),
    description="A court quashed the decision and sends the case back to an earlier stage.",
    signatories=one_of(Role.SYSTEM),
    from_states=AFTER_A_DECISION,
    leads_to=(Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.ASSURANCE, Status.PANEL_READY),
    guards=(*dates.OF_AN_ORDER, guards.stage_was_reached),
    payload_model=payloads.CourtRemittal,
    event=events.CaseRemitted,
    effects=(effects.reopen, effects.strike_quashed_records),
)
SUSPEND = Action(
    name="suspend",
    description="Let the case rest, for litigation, a pre-election period, a reorganisation, a statutory consultation "
    "or a section 114 notice. Nothing is decided meanwhile. Discretionary clocks pause; statutory ones run on, and so "
    "does that of the suspension's review.",
    signatories=one_of(*BODY_SIDE),
    from_states=OPEN - {Status.DRAFT},
    guards=(guards.not_suspended, reasons_given, *dates.OF_A_SUSPENSION),
    payload_model=payloads.SuspensionNote,
    event=events.CaseSuspended,
    effects=(effects.suspend,),
)
RESUME = Action(
    name="resume",
    description="End the suspension; the clocks run on from where they stood, also those of a case that ended "
    "meanwhile.",
    signatories=one_of(*BODY_SIDE),
    from_states=(OPEN - {Status.DRAFT}) | APPEALABLE | {Status.LAUNCHED},
    guards=(guards.suspended, reasons_given),
    payload_model=Reasons,
    event=events.CaseResumed,
    effects=(effects.resume,),
)
STOP = Action(
    name="stop-case",
    description="Stop the case for a reason that is none of its own: the money is gone, the policy is reversed. Two "
    "people sign; the staff group may take it to the escalation point like a refusal.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=OPEN - {Status.DRAFT},
    leads_to=(Status.STOPPED,),
    guards=(reasons_given, guards.stopped_for_its_time, deciders_are_independent),
    payload_model=payloads.Stop,
    event=events.CaseStopped,
    effects=(remember_where_refused,),
)
STOP_OF_A_CHALLENGE = replace(
    STOP,
    description="Stop the case once the contract is awarded, for a reason that is none of its own: an expression of "
    "interest is refused on the grounds of SI 2012/1647 alone, and acceptance leads to a procurement (Localism Act "
    "2011 s.83(2)). Two people sign; the staff group may take it to the escalation point.",
    from_states=UNTIL_THE_LAUNCH,
)
DECLARE_CONFLICT = Action(
    name="declare-conflict",
    description="Put a conflict of interest on the case's register, or its end. Whoever stands on it with a bar "
    "signs no decision.",
    signatories=one_of(
        Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.CASE_OFFICER, Role.PANEL_MEMBER, Role.DECISION_MAKER,
        Role.COMMISSIONER, Role.ADVISER, Role.MENTOR, Role.FUNDER, Role.STAFF_REP, Role.MUTUALS_TEAM,
    ),
    from_states=OPEN,
    guards=(guards.person_is_of_the_case, guards.bar_lifted_by_an_officer),
    payload_model=ConflictOfInterest,
)  # fmt: skip
PUBLISH_INTENTION = Action(
    name="publish-intention",
    description="Put on file that the body published its intention to consider provision by a mutual of its staff. "
    "From then on it may refuse rival challenges for that service.",
    signatories=one_of(Role.CASE_OFFICER, Role.DECISION_MAKER),
    from_states=OPEN - {Status.DRAFT},
    guards=dates.OF_AN_INTENTION,
    payload_model=payloads.PublishedIntention,
    event=events.IntentionPublished,
)
ACTIONS = (
    WITHDRAW, LAPSE, SUPERSEDE, ESCALATE, UPHOLD, REMIT, SETTLE, QUASH, REMIT_BY_COURT, SUSPEND, RESUME,
    DECLARE_CONFLICT,
)  # fmt: skip
RECOMMEND = Action(
    name="recommend-reopening",
    rows=(20,),
    description="The reviewer recommends to the authority what it should do with its refusal. Nobody but the authority "
    "and a court reopens a rejection on a statutory ground.",
    signatories=one_of(Role.ESCALATION_REVIEWER),
    from_states=APPEALABLE,
    guards=(guards.escalated, guards.reviewer_independent, reasons_given, *dates.OF_A_REVIEW),
    payload_model=payloads.Recommendation,
)
REOPEN = Action(
    name="reopen-refusal",
    rows=(20,),
    description="The authority takes its own refusal up again, of itself or as a reviewer recommends. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.REFUSED, Status.NOT_ELIGIBLE}),
    leads_to=(Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW),
    guards=(reasons_given, deciders_are_independent),
    payload_model=payloads.Reopening,
    event=events.CaseRemitted,
    effects=(effects.reopen,),
    clears=(payloads.Recommendation,),
)
KEEP_REFUSAL = Action(
    name="keep-refusal",
    rows=(20,),
    description="The authority answers the reviewer that it keeps to its refusal, with reasons: it is final. Two "
    "people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=APPEALABLE,
    guards=(guards.reopening_recommended, reasons_given, deciders_are_independent),
    payload_model=payloads.KeptRefusal,
    event=events.RefusalUpheld,
    effects=(effects.make_final,),
)
REOPEN_STOPPED = Action(
    name="reopen-stopped-case",
    rows=(20,),
    description="The authority takes up again what it stopped, of itself or as a reviewer recommends. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.STOPPED}),
    leads_to=(Status.AWARDED, Status.TRANSITION),
    guards=(reasons_given, guards.goes_on_where_it_stopped, deciders_are_independent),
    payload_model=payloads.StopReopening,
    event=events.CaseRemitted,
    effects=(effects.reopen,),
    clears=(payloads.Stop, payloads.Recommendation),
)
REOPEN_STOPPED_BY_COURT = Action(
    name="reopen-stopped-by-court",
    rows=(31,),
    description="A court quashed the stop, and the case goes on where it was.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.STOPPED}),
    leads_to=(Status.AWARDED, Status.TRANSITION),
    guards=(*dates.OF_AN_ORDER, guards.goes_on_where_it_stopped),
    payload_model=payloads.StopQuashed,
    event=events.CaseRemitted,
    effects=(effects.reopen,),
    clears=(payloads.Stop, payloads.Recommendation),
)
ACTIONS_OF_A_CHALLENGE = (
    *replace_actions(
        tuple(each for each in ACTIONS if each is not REMIT),
        replace(
            REMIT_BY_COURT.without_guard("stage-was-reached"),
            leads_to=(Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW),
            payload_model=payloads.InterestCourtRemittal,
        ),
        WITHDRAW.without_guard("majority-recorded"),
        replace(
            LAPSE,
            description="The staff group did nothing about its draft for the whole idle limit, and two reminders were "
            "sent: the draft lapses. What was submitted never does: it is accepted, rejected or withdrawn (Localism "
            "Act 2011 ss.83(1), (11), 84(10)).",
            from_states=frozenset({Status.DRAFT}),
        ),
    ),
    RECOMMEND,
    REOPEN,
    KEEP_REFUSAL,
    REOPEN_STOPPED,
    REOPEN_STOPPED_BY_COURT,
)
ACTIONS_OF_A_SPIN_OUT = replace_actions(
    ACTIONS,
    replace(
        REMIT,
        leads_to=(Status.FEASIBILITY, Status.PANEL_READY),
        payload_model=payloads.SpinOutRemittal,
    ),
    replace(
        REMIT_BY_COURT,
        leads_to=(Status.ASSURANCE, Status.PANEL_READY),
        payload_model=payloads.PanelCourtRemittal,
    ),
)
