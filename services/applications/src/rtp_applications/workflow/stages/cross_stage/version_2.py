"""Version 2: no body stopped a case, a section 114 notice suspended none, and a reviewer sent challenges back."""

from dataclasses import replace

from rtp_applications.workflow.common.guards import majority_recorded
from rtp_applications.workflow.common.payloads import PlainConflict
from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import NEVER_IN_A_CHALLENGE, OPEN, OWED_BY_THE_GROUP, Status
from rtp_applications.workflow.stages.cross_stage.actions import LAPSE, REMIT
from rtp_applications.workflow.stages.cross_stage.clocks import CLOCKS
from rtp_applications.workflow.stages.cross_stage.payloads import FormerSuspensionNote, InterestRemittal

IDLE = next(each for each in CLOCKS if each.on_end == "lapse")


def _suspend(now: Action) -> Action:
    return replace(
        now,
        description="Let the case rest, for litigation, a pre-election period, a reorganisation or a statutory "
        "consultation. Discretionary clocks pause; statutory ones run on, and so does that of the suspension's review.",
        payload_model=FormerSuspensionNote,
    )


def _declare(now: Action) -> Action:
    return replace(now.without_guard("person-is-of-the-case"), payload_model=PlainConflict)


VERSION_2 = Earlier(
    actions={"suspend": _suspend, "declare-conflict": _declare},
    never_in=frozenset({Status.STOPPED}),
    added=frozenset({"stop-case"}),
)
VERSION_2_OF_A_CHALLENGE = Earlier(
    actions={
        "withdraw": lambda now: now.with_guards(majority_recorded),
        "lapse": lambda now: replace(LAPSE, guards=now.guards, from_states=OPEN - NEVER_IN_A_CHALLENGE),
    },
    clocks={"idle": lambda now: replace(now, description=IDLE.description, runs_in=OWED_BY_THE_GROUP)},
    had_actions=(
        replace(
            REMIT.without_guard("stage-was-reached"),
            from_states=REMIT.from_states - {Status.STOPPED},
            leads_to=(Status.EOI_UNDER_REVIEW,),
            payload_model=InterestRemittal,
        ),
    ),
    added=frozenset({"recommend-reopening", "reopen-refusal", "keep-refusal"}),
)
