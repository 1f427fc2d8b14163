"""Actions after the launch: the case's second life, until the contract is renewed, lost or otherwise at its end."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.monitoring import dates, guards, payloads
from rtp_applications.workflow.stages.monitoring.measures import Measures
from rtp_shared.contracts import applications as events

LAUNCHED = frozenset({Status.LAUNCHED})
WATCHING = one_of(Role.COMMISSIONER, Role.CASE_OFFICER, Role.MUTUALS_TEAM)
TELLING = one_of(Role.MUTUAL_BOARD, Role.APPLICANT_LEAD, Role.COMMISSIONER, Role.CASE_OFFICER)
RECORD_CHECK = Action(
    name="record-monitoring-check",
    description="Put on file one of the checks 30, 90 and 180 days after the launch.",
    signatories=WATCHING,
    from_states=LAUNCHED,
    guards=(guards.monitoring_open, *dates.OF_A_CHECK),
    payload_model=payloads.MonitoringCheck,
    event=events.MonitoringCheckRecorded,
)
RECORD_MEASURES = Action(
    name="record-measures",
    description="Put on file how the mutual did in a period, measure by measure, to compare with the baseline.",
    signatories=TELLING,
    from_states=LAUNCHED,
    guards=(
        guards.monitoring_open,
        *dates.OF_MEASURES,
        guards.measured_once_each,
        guards.units_fit,
    ),
    payload_model=Measures,
)
RECORD_ANNUAL_RETURN = Action(
    name="record-annual-return",
    description="Put on file that the mutual made its annual return.",
    signatories=TELLING,
    from_states=LAUNCHED,
    guards=(guards.monitoring_open, *dates.OF_A_RETURN),
    payload_model=payloads.AnnualReturn,
)
RECORD_CONTRACT_END = Action(
    name="record-contract-end",
    description="Put on file when the contract ends, as things stand. Eighteen months before, an alert falls due: to "
    "be tendered again is make or break.",
    signatories=WATCHING,
    from_states=LAUNCHED,
    guards=(guards.monitoring_open, *dates.OF_THE_CONTRACT_S_END),
    payload_model=payloads.ContractEnd,
)
END_MONITORING = Action(
    name="end-monitoring",
    description="Close the record, with what became of the mutual and its contract.",
    signatories=one_of(Role.COMMISSIONER, Role.MUTUALS_TEAM),
    from_states=LAUNCHED,
    guards=(guards.monitoring_open, *dates.OF_THE_END),
    payload_model=payloads.MonitoringEnd,
    event=events.MonitoringEnded,
)
ACTIONS = (RECORD_CHECK, RECORD_MEASURES, RECORD_ANNUAL_RETURN, RECORD_CONTRACT_END, END_MONITORING)
