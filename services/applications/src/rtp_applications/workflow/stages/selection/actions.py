"""Actions by which a provider is chosen under the Provider Selection Regime."""

from rtp_applications.workflow.common.guards import deciders_are_independent
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.contract.guards import regime_is_open
from rtp_applications.workflow.stages.selection import dates, guards, payloads
from rtp_applications.workflow.stages.social_value.guards import social_value_considered_before_the_notice

PUBLISH_NOTICE = Action(
    name="publish-selection-notice",
    description="Put on file the notice of intention to follow the Most Suitable Provider Process: who may be the most "
    "suitable provider is not settled before 14 days have passed since it was submitted.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE}),
    guards=(
        guards.most_suitable_provider_followed,
        regime_is_open,
        social_value_considered_before_the_notice,
        *dates.OF_THE_PROCESS_NOTICE,
    ),
    payload_model=payloads.ProcessNotice,
)
DETERMINE_CRITERIA = Action(
    name="determine-key-criteria",
    description="Put on file what the choice of a provider will go by: the five key criteria with their relative "
    "importance, and the basic selection criteria. Of the Competitive Process, before offers are invited.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE}),
    guards=(guards.key_criteria_apply, guards.every_key_criterion_weighed, *dates.OF_THE_CRITERIA),
    payload_model=payloads.KeyCriteria,
)
CHOOSE_PROVIDER = Action(
    name="choose-provider",
    description="Put on file that the mutual is chosen under the Provider Selection Regime: how each key criterion was "
    "taken into account, how the basic selection criteria were assessed, and that it is not excluded.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    guards=(
        guards.key_criteria_apply,
        guards.key_criteria_determined,
        guards.process_notice_submitted,
        guards.every_key_criterion_taken_into_account,
        guards.identification_is_dated,
        guards.basic_selection_criteria_met,
        guards.provider_is_not_excluded,
        *dates.OF_THE_CHOICE,
        deciders_are_independent,
    ),
    payload_model=payloads.ProviderChoice,
)
JUDGE_EXCLUSION = Action(
    name="judge-exclusion",
    description="Put on file whether the provider is excluded, before it is awarded a contract by Direct Award Process "
    "A or B. An excluded one is only on an exceptional basis, for overriding reasons of the public interest.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE}),
    guards=(
        guards.awarded_directly,
        guards.provider_is_not_excluded,
        *dates.OF_THE_JUDGEMENT,
        deciders_are_independent,
    ),
    payload_model=payloads.ExclusionJudgement,
)
ACTIONS = (PUBLISH_NOTICE, DETERMINE_CRITERIA, CHOOSE_PROVIDER, JUDGE_EXCLUSION)
