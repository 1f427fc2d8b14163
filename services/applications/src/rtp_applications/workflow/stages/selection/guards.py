"""Guards of the steps of the Provider Selection Regime: SI 2023/1348 regs 5, 9 to 11, 19 and 20."""

from collections.abc import Iterable

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.contract.tracks import WITH_INTENTION, find_track
from rtp_applications.workflow.stages.selection.payloads import (
    Exclusion,
    ExclusionJudgement,
    KeyCriteria,
    KeyCriterion,
    ProcessNotice,
    ProviderChoice,
)

DIRECTLY = frozenset({SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_B})


def find_selection_route(snapshot: CaseSnapshot) -> SelectionRoute | None:
    found = snapshot.find(RegimeDetermination)
    return found.selection_route if found else None


def weighs_key_criteria(snapshot: CaseSnapshot) -> bool:
    """Return True where the process goes by the key criteria: not Direct Award Processes A and B."""
    return find_track(snapshot) in WITH_INTENTION


@guard()
def most_suitable_provider_followed(step: Step) -> str | None:
    """The regime on file is the Most Suitable Provider Process, which begins with this notice (SI 2023/1348
    reg 10(2)).
    """
    if find_selection_route(step.snapshot) is SelectionRoute.MOST_SUITABLE:
        return None
    return "only the Most Suitable Provider Process begins with a notice of intention to follow it"


@guard()
def key_criteria_apply(step: Step) -> str | None:
    """The regime on file is a process that goes by the key criteria (SI 2023/1348 regs 9(2), 10(4), (6), 11(2))."""
    if weighs_key_criteria(step.snapshot):
        return None
    return "the key criteria are for Direct Award Process C, the Most Suitable Provider and the Competitive Process"


@guard("/criteria", payload=True)
def every_key_criterion_weighed(step: Step) -> str | None:
    """All five key criteria are there, each once (SI 2023/1348 reg 5)."""
    return _find_missing(each.criterion for each in step.payload.criteria)


@guard("/accounts", payload=True)
def every_key_criterion_taken_into_account(step: Step) -> str | None:
    """It is said of all five key criteria how they were taken into account (SI 2023/1348 regs 5, 24(e), (f))."""
    return _find_missing(each.criterion for each in step.payload.accounts)


def _find_missing(given: Iterable[KeyCriterion]) -> str | None:
    said = list(given)
    if missing := [each for each in KeyCriterion if each not in said]:
        return f"missing: {', '.join(missing)} (SI 2023/1348 reg 5)"
    return "each criterion once" if len(said) > len(KeyCriterion) else None


@guard()
def key_criteria_determined(step: Step) -> str | None:
    """Where the process goes by the key criteria, they are on file with their relative importance (SI 2023/1348
    regs 5, 9(2), 10(4), (6)); of the Competitive Process before offers are invited (reg 11(2), (3)).
    """
    if not weighs_key_criteria(step.snapshot) or step.snapshot.find(KeyCriteria):
        return None
    return "put the key criteria on file first, with their relative importance (SI 2023/1348 reg 5)"


@guard()
def process_notice_submitted(step: Step) -> str | None:
    """Under the Most Suitable Provider Process the notice of intention to follow it was submitted for publication
    (SI 2023/1348 reg 10(2)).
    """
    if find_selection_route(step.snapshot) is not SelectionRoute.MOST_SUITABLE or step.snapshot.find(ProcessNotice):
        return None
    return "submit the notice of intention to follow the Most Suitable Provider Process first (SI 2023/1348 reg 10(2))"


@guard("/identifiedOn", payload=True)
def identification_is_dated(step: Step) -> str | None:
    """The Most Suitable Provider Process, and no other, says when its step 2 was complete (SI 2023/1348
    reg 10(4), (5)).
    """
    followed = find_selection_route(step.snapshot) is SelectionRoute.MOST_SUITABLE
    if followed and step.payload.identified_on is None:
        return "say when the identification of potential providers was complete (SI 2023/1348 reg 10(5))"
    if not followed and step.payload.identified_on is not None:
        return "only the Most Suitable Provider Process has this step"
    return None


@guard("/meetsBasicSelectionCriteria", payload=True)
def basic_selection_criteria_met(step: Step) -> str | None:
    """The provider meets the basic selection criteria (SI 2023/1348 reg 19(1))."""
    if step.payload.meets_basic_selection_criteria:
        return None
    return "no contract is awarded to a provider that does not meet them (SI 2023/1348 reg 19(1))"


@guard("/exclusion", payload=True)
def provider_is_not_excluded(step: Step) -> str | None:
    """The provider is no excluded one, or is chosen on an exceptional basis for overriding reasons relating to the
    public interest (SI 2023/1348 reg 20(1), (1A)).
    """
    if step.payload.exclusion is not Exclusion.EXCLUDED or step.payload.overriding_reasons:
        return None
    return "no contract is awarded to an excluded provider without overriding reasons (SI 2023/1348 reg 20(1), (1A))"


@guard()
def awarded_directly(step: Step) -> str | None:
    """The regime on file is Direct Award Process A or B: in the others the choice of the provider says whether it is
    excluded (SI 2023/1348 reg 20).
    """
    if find_selection_route(step.snapshot) in DIRECTLY:
        return None
    return "only Direct Award Processes A and B have no choice of the provider, which says it (reg 20)"


@guard("/enteredIntoOn", payload=True)
def exclusion_judged(step: Step) -> str | None:
    """Before a contract is awarded by Direct Award Process A or B, it is judged whether the provider is excluded: reg
    20 excepts neither, as reg 19 does (SI 2023/1348 regs 19(2)(a), 20(1), (1A), (7)).
    """
    if find_selection_route(step.snapshot) not in DIRECTLY:
        return None
    judged = step.snapshot.find(ExclusionJudgement)
    if judged is None or judged.judged_on > step.payload.entered_into_on:
        return "judge first whether the provider is an excluded one (SI 2023/1348 reg 20(1))"
    return None


@guard()
def provider_chosen(step: Step) -> str | None:
    """Where the process goes by the key criteria, the choice of the provider is on file with how they were taken into
    account (SI 2023/1348 regs 9(2), 10(6), 11(7), 24(e), (f)).
    """
    if not weighs_key_criteria(step.snapshot) or step.snapshot.find(ProviderChoice):
        return None
    return "put the choice of the provider on file first: how the key criteria were taken into account (reg 5)"
