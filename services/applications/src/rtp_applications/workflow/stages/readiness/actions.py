"""Actions from the baseline to the launch."""

from rtp_applications.workflow.common.guards import reasons_given
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.common.signatories import EITHER_SIDE, JOINTLY
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.decision.guards import every_condition_closed
from rtp_applications.workflow.stages.monitoring.guards import measured_once_each, units_fit
from rtp_applications.workflow.stages.monitoring.measures import Baseline
from rtp_applications.workflow.stages.readiness import dates, effects, guards, payloads, transfer_guards
from rtp_applications.workflow.stages.transition.transfer import TransferDay
from rtp_applications.workflow.stages.transition.transfer_guards import disputes_answered
from rtp_shared.contracts import applications as events

RECORD_BASELINE = Action(
    name="record-baseline",
    description="Put on file how the service did before the launch, measure by measure, to compare with afterwards.",
    signatories=one_of(*EITHER_SIDE),
    from_states=frozenset({Status.TRANSITION, Status.READINESS_REVIEW}),
    guards=(*dates.OF_THE_BASELINE, measured_once_each, units_fit),
    payload_model=Baseline,
)
BEGIN_READINESS_REVIEW = Action(
    name="begin-readiness-review",
    rows=(18,),
    description="Begin the readiness review: everything that the transfer needs is in place. The staff group, the "
    "commissioner and the employer's case officer sign, the last for the duties of the transferor.",
    signatories=JOINTLY + one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.TRANSITION}),
    leads_to=(Status.READINESS_REVIEW,),
    guards=(
        guards.go_live_date_set,
        transfer_guards.measures_told,
        transfer_guards.tupe_consulted,
        transfer_guards.direct_consultation_fits_count,
        transfer_guards.informed_of_the_measures,
        transfer_guards.consulted_long_enough,
        transfer_guards.time_to_dispute_over,
        disputes_answered,
        guards.workforce_snapshot_taken,
        transfer_guards.liability_information_given,
        guards.pension_signed_or_waived,
        guards.leases_and_services_agreed,
        guards.insured_on_go_live,
        guards.registered_where_regulated,
        guards.data_transfer_agreed,
        every_condition_closed,
    ),
    payload_model=Nothing,
    event=events.ReadinessReviewBegun,
)
LAUNCH = Action(
    name="launch",
    rows=(19,),
    description="Launch the mutual. The decision maker and the mutual's board both sign.",
    signatories=one_of(Role.DECISION_MAKER) + one_of(Role.MUTUAL_BOARD),
    from_states=frozenset({Status.READINESS_REVIEW}),
    leads_to=(Status.LAUNCHED,),
    guards=(
        guards.baseline_recorded,
        guards.go_live_day_has_come,
        disputes_answered,
        guards.decision_maker_is_independent,
    ),
    payload_model=Nothing,
    event=events.MutualLaunched,
    effects=(effects.launch,),
)
PUT_BACK_LAUNCH = Action(
    name="put-back-launch",
    rows=(30,),
    description="No-go: the mutual is not ready, and goes live on a later day.",
    signatories=one_of(Role.DECISION_MAKER, Role.MUTUAL_BOARD),
    from_states=frozenset({Status.READINESS_REVIEW}),
    leads_to=(Status.TRANSITION,),
    guards=(reasons_given, *dates.OF_A_LATER_LAUNCH),
    payload_model=payloads.NewGoLive,
    clears=(TransferDay,),
    event=events.LaunchPutBack,
    effects=(effects.set_new_go_live,),
)
ACTIONS = (RECORD_BASELINE, BEGIN_READINESS_REVIEW, LAUNCH, PUT_BACK_LAUNCH)
