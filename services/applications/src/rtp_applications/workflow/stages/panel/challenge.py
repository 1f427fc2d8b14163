"""Acceptance of a challenge by the decision rules of the authority: it commits the body as an approval does."""

from dataclasses import replace

from rtp_applications.workflow.common.guards import well_being_considered
from rtp_applications.workflow.definition import Action, CaseClock, replace_actions
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.panel import actions, clocks, notices, settings

BEFORE_THE_ANSWER = frozenset(
    {
        Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
    }
)  # fmt: skip
AFTER_THE_ANSWER = frozenset({Status.WITHDRAWN, Status.REFUSED})
"""Where the authority may decide to procure all the same (Localism Act 2011 s.84(11)), by the same rules."""
BEFORE_ANY_DECISION = BEFORE_THE_ANSWER | AFTER_THE_ANSWER
AT_A_DECISION = frozenset({Status.EOI_UNDER_REVIEW}) | AFTER_THE_ANSWER
ACTIONS = (
    *(
        replace(each, from_states=BEFORE_ANY_DECISION)
        for each in (
            actions.PUBLISH_KEY_DECISION_NOTICE, actions.NOTIFY_GENERAL_EXCEPTION, actions.AGREE_SPECIAL_URGENCY,
            actions.GIVE_PRIVATE_MEETING_NOTICE,
        )
    ),
    replace(actions.PUBLISH_AGENDA, from_states=AT_A_DECISION),
    replace(actions.CONVENE_AT_SHORTER_NOTICE, from_states=AT_A_DECISION),
    replace(
        actions.RECORD_DECISION,
        from_states=frozenset({Status.EOI_ACCEPTED, Status.MODIFICATION_OFFERED}) | AFTER_THE_ANSWER,
    ),
)  # fmt: skip
CLOCKS: tuple[CaseClock, ...] = tuple(
    replace(each, runs_in=BEFORE_ANY_DECISION if each.name == "key-decision-notice" else AT_A_DECISION)
    for each in clocks.CLOCKS
)
SETTINGS = {name: settings.SETTINGS[name] for name in ("key-decision-notice", "agenda-notice", "constitutions-by-kind")}
RULES = (
    notices.not_key_is_reasoned,
    notices.key_decision_announced,
    notices.agenda_published,
    notices.private_meeting_announced,
)
COMMITTING = frozenset({"accept-eoi", "offer-modification"})
"""What is offered instead of a refusal is accepted by the group alone: the authority decides when it offers."""


def decide_by_the_rules(answers: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the answers to a challenge, with those that commit the authority taken as its constitution asks."""
    committing = (each for each in answers if each.name in COMMITTING)
    decided = (replace(each.with_guards(*RULES), clears=(*each.clears, *actions.SPENT)) for each in committing)
    return replace_actions(answers, *map(_consider_well_being, decided))


def _consider_well_being(answer: Action) -> Action:
    """What is offered is considered then: the group's word alone makes it an acceptance (s.83(8))."""
    return answer.with_guards(well_being_considered) if answer.name in COMMITTING else answer


def ask_for_record(ways: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with the procurement begun only once the acceptance is recorded as the law asks."""
    beginning = next(each for each in ways if each.name == "begin-procurement")
    return replace_actions(ways, beginning.with_guards(notices.decision_recorded))


def _accept(now: Action) -> Action:
    then = (*RULES, well_being_considered)
    now = replace(now, guards=tuple(each for each in now.guards if each not in then))
    return replace(now, clears=tuple(each for each in now.clears if each not in actions.SPENT))


VERSION_2 = Earlier(
    actions={
        **dict.fromkeys(COMMITTING, _accept),
        "begin-procurement": lambda now: now.without_guard(notices.decision_recorded.name),
    },
    added=frozenset({*(each.name for each in ACTIONS), *(each.name for each in CLOCKS), *SETTINGS}),
)
