"""The day of a decision: a body decides in its meeting, and somebody puts that on file, often on another day.

What must go before a decision is held against its own day, and what runs from it runs from there. Left out, the day is
that on which it is put on file.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import (
    LATE_ENTRY,
    DateBounds,
    Limit,
    before_bounds,
    bound,
    is_of_dates,
    with_late_entries,
)
from rtp_applications.workflow.common.days import Decided, DecisionDay, find_day, read_decision_day
from rtp_applications.workflow.common.limits import SUBMISSION
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.common.suspension import DECISIONS
from rtp_applications.workflow.definition import Action, Step
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.snapshot import Payload

OWN_DAY: Mapping[str, str] = {
    "record-employer-answer": "decided_on", "confirm-spin-out": "decided_on", "choose-provider": "decided_on",
    "end-procurement": "decided_on", "return-to-earlier-step": "decided_on", "record-regime": "determined_on",
    "publish-tender": "published_on", "begin-standstill": "published_on", "record-further-decision": "communicated_on",
    "award": "entered_into_on", "record-tender-lost": "feedback_given_on", "give-assistance": "given_on",
    "judge-exclusion": "judged_on", "invite-tenders": "invited_on",
}  # fmt: skip
"""Decisions whose payload has their day by another name, or had it before: with bounds of its own."""
MOVED_BY = frozenset(
    {
        "eoi-acceptance", "modification", "modification-answer", "partial-acceptance", "refusal", "approval",
        "conditional-approval", "deferral", "call-in", "call-in-confirmation", "review-finding", "reopening", "stop",
        "stop-reopening", "court-order", "call-in-reopening", "procurement-start", "award", DecisionDay.KIND,
    }
)  # fmt: skip
"""Records of what brings a case to where it stands, by kind: no later decision lies before one of them."""


def find_last_move(step: Step) -> date:
    """Return the day of the newest decision, or of the withdrawal, that brought the case to where it stands; or else of
    its submission.
    """
    withdrawn = step.snapshot.case.withdrawn_at
    days = [find_day(each) for each in step.snapshot.records.values() if each.kind in MOVED_BY]
    days += [civil_date(withdrawn)] if withdrawn else []
    return max((*days, SUBMISSION.find(step) or date.min))


LAST_MOVE = Limit(
    "the day of the decision or withdrawal that brought the case to where it stands, or else of its submission",
    find_last_move,
)

DECISION = Limit("decidedOn, or where that is left out today", read_decision_day)


def date_decisions(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with those that decide taking the day of the decision, within its bounds."""
    return tuple(_date(each) if each.name in DECISIONS - OWN_DAY.keys() else each for each in actions)


def _date(action: Action) -> Action:
    if action.payload_model is Nothing:
        action = replace(action, payload_model=DecisionDay)
    bounded = {each.attribute for each in action.guards if isinstance(each, DateBounds)}
    wanted = {"decided_on": LAST_MOVE, "notified_on": DECISION}
    named = action.payload_model.model_fields.keys() - bounded
    added = [bound(name, first) for name, first in wanted.items() if name in named]
    documented = any(each.name == LATE_ENTRY for each in action.guards)
    return action.with_guards(*(added if documented or not added else with_late_entries(*added)))


def _undate(now: Action) -> Action:
    kept = tuple(each for each in now.guards if not is_of_dates(each))
    return replace(now, guards=kept, payload_model=_take_day_away(now.payload_model))


def _take_day_away(model: type[Payload]) -> type[Payload]:
    if issubclass(model, DecisionDay):
        return Nothing
    return before_bounds(model) if issubclass(model, Decided) and "decided_on" in model.model_fields else model


VERSION_2 = Earlier(actions=dict.fromkeys(sorted(DECISIONS - OWN_DAY.keys()), _undate))
"""A decision had the day of its entry: what was taken from the newest has bounds for it no more."""
