"""Actions around a contract that the law asks for besides its notices."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import UNTIL_THE_LAUNCH, Role, Status
from rtp_applications.workflow.stages.contract_duties import dates, guards, payloads

SINCE_THE_CONTRACT = UNTIL_THE_LAUNCH | {Status.LAUNCHED}
RECORD_PUBLICATION = Action(
    name="record-contract-publication",
    description="Put on file that a copy of the contract, or its key performance indicators, were published.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=SINCE_THE_CONTRACT,
    guards=dates.OF_A_PUBLICATION,
    payload_model=payloads.ContractPublication,
)
RECORD_MODIFICATION = Action(
    name="record-modification",
    description="Put on file that a contract under the Provider Selection Regime is modified without a new process, "
    "and on which ground. From £500,000 on in all, a notice of what the authority decided is owed within 30 days.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=SINCE_THE_CONTRACT,
    guards=(
        guards.awarded_under_selection,
        guards.modification_is_a_new_one,
        guards.modification_is_allowed,
        *dates.OF_A_MODIFICATION,
    ),
    payload_model=payloads.ContractModification,
)
ACTIONS = (RECORD_PUBLICATION, RECORD_MODIFICATION)
