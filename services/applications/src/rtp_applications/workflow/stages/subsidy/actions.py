"""Actions of subsidy control: what was given is on file, and more is given in the steps of the law."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.subsidy import dates, effects, guards, payloads
from rtp_applications.workflow.stages.subsidy.settings import SINCE_THE_MANDATE

GIVING = (Role.COMMISSIONER, Role.CASE_OFFICER)
RECEIVING = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD)
RECORD = Action(
    name="record-assistance",
    description="Put on file a subsidy that was given as minimal or SPEI financial assistance, by whichever public "
    "authority: to the mutual, to whatever is of one enterprise with it, or for what it takes over (Subsidy Control "
    "Act 2022 ss.8, 40). What is not known of it is left out, and counts as not known.",
    signatories=one_of(*GIVING, *RECEIVING),
    from_states=SINCE_THE_MANDATE,
    guards=(
        guards.entry_is_not_given_here,
        guards.reference_is_of_one_subsidy,
        guards.recipient_is_described,
        *dates.OF_AN_ENTRY,
    ),
    payload_model=payloads.AssistanceEntry,
)
NOTIFY = Action(
    name="notify-assistance",
    description="Put on file the written notification that a subsidy is proposed as minimal or SPEI financial "
    "assistance. It asks the enterprise to confirm that the ceiling will not be exceeded.",
    signatories=one_of(*GIVING),
    from_states=SINCE_THE_MANDATE,
    guards=(
        guards.assistance_not_given_yet,
        guards.reference_is_of_one_subsidy,
        guards.public_interest_task_named,
        guards.proposal_below_the_ceiling,
        *dates.OF_A_NOTIFICATION,
    ),
    payload_model=payloads.AssistanceNotification,
    effects=(effects.ask_for_confirmation_anew,),
)
CONFIRM = Action(
    name="confirm-assistance",
    description="Confirm for the enterprise that, with the proposed subsidy, the ceiling will not be exceeded, and "
    "that all that counts is on file.",
    signatories=one_of(*RECEIVING),
    from_states=SINCE_THE_MANDATE,
    guards=(
        guards.assistance_notified,
        guards.assistance_not_given_yet,
        guards.everything_received_is_on_file,
        *dates.OF_A_CONFIRMATION,
    ),
    payload_model=payloads.AssistanceConfirmation,
)
GIVE = Action(
    name="give-assistance",
    description="Put on file that the subsidy is given, with the written statement that it is. From then on it counts.",
    signatories=one_of(*GIVING),
    from_states=SINCE_THE_MANDATE,
    guards=(
        guards.assistance_notified,
        guards.assistance_confirmed,
        guards.assistance_not_given_yet,
        guards.gift_below_the_ceiling,
        *dates.OF_THE_GIFT,
    ),
    payload_model=payloads.GivenAssistance,
    effects=(effects.enter_what_was_given,),
)
ENTER = Action(
    name="record-subsidy-database-entry",
    description="Put on file that a subsidy that was given here is entered in the subsidy database: one of more than "
    "£100,000, within three months of the confirmation that it is given, or of a tax measure within a year of the "
    "declaration.",
    signatories=one_of(*GIVING),
    from_states=SINCE_THE_MANDATE | {Status.READINESS_REVIEW},
    guards=(guards.assistance_was_given, *dates.OF_A_DATABASE_ENTRY),
    payload_model=payloads.DatabaseEntry,
)
ACTIONS = (RECORD, NOTIFY, CONFIRM, GIVE, ENTER)
