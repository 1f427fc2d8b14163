"""After the launch: the case's second life, until the contract is renewed, lost or otherwise at its end."""

from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.stages import monitoring
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts import applications as events

LAUNCHED = frozenset({Status.LAUNCHED})
WATCHING = by(Role.COMMISSIONER, Role.CASE_OFFICER, Role.MUTUALS_TEAM)
TELLING = by(Role.MUTUAL_BOARD, Role.APPLICANT_LEAD, Role.COMMISSIONER, Role.CASE_OFFICER)

RECORD_CHECK = Action(
    name="record-monitoring-check",
    says="Put on file one of the checks 30, 90 and 180 days after the launch.",
    who=WATCHING,
    starts=LAUNCHED,
    guards=(monitoring.monitoring_open, monitoring.check_after_launch),
    takes=monitoring.MonitoringCheck,
    event=events.MonitoringCheckRecorded,
)
RECORD_MEASURES = Action(
    name="record-measures",
    says="Put on file how the mutual did in a period, measure by measure, to compare with the baseline.",
    who=TELLING,
    starts=LAUNCHED,
    guards=(
        monitoring.monitoring_open,
        monitoring.period_is_over,
        monitoring.measured_once_each,
        monitoring.units_fit,
    ),
    takes=monitoring.Measures,
)
RECORD_ANNUAL_RETURN = Action(
    name="record-annual-return",
    says="Put on file that the mutual made its annual return.",
    who=TELLING,
    starts=LAUNCHED,
    guards=(monitoring.monitoring_open, monitoring.year_after_launch),
    takes=monitoring.AnnualReturn,
)
RECORD_CONTRACT_END = Action(
    name="record-contract-end",
    says="Put on file when the contract ends, as things stand. Eighteen months before, an alert falls due: to be "
    "tendered again is make or break.",
    who=WATCHING,
    starts=LAUNCHED,
    guards=(monitoring.monitoring_open, monitoring.contract_ends_later),
    takes=monitoring.ContractEnd,
)
END_MONITORING = Action(
    name="end-monitoring",
    says="Close the record, with what became of the mutual and its contract.",
    who=by(Role.COMMISSIONER, Role.MUTUALS_TEAM),
    starts=LAUNCHED,
    guards=(monitoring.monitoring_open, monitoring.end_after_launch),
    takes=monitoring.MonitoringEnd,
    event=events.MonitoringEnded,
)

ACTIONS = (RECORD_CHECK, RECORD_MEASURES, RECORD_ANNUAL_RETURN, RECORD_CONTRACT_END, END_MONITORING)
