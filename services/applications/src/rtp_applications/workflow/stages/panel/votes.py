"""Counting of the panel's votes: who its members are, who is barred, and whose votes count."""

from collections import Counter
from collections.abc import Sequence

from rtp_applications.workflow.common.conflicts import list_conflicts
from rtp_applications.workflow.common.days import find_decision_day
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import MAY_NOT_DECIDE, PanelOutcome, Role, Status
from rtp_applications.workflow.stages.panel.payloads import Vote, VoteCount

OUTCOMES = {
    Status.APPROVED: PanelOutcome.APPROVE,
    Status.APPROVED_CONDITIONAL: PanelOutcome.APPROVE_WITH_CONDITIONS,
    Status.DEFERRED: PanelOutcome.DEFER,
    Status.REFUSED: PanelOutcome.REFUSE,
}


def list_members(step: Step) -> set[str]:
    """Return the members of the panel on the day of the decision, or today, by person."""
    return _list_holders(step, Role.PANEL_MEMBER)


def _list_holders(step: Step, *roles: Role) -> set[str]:
    day = find_decision_day(step)
    return {each.person for each in step.snapshot.parties.values() if each.role in roles and each.holds(day)}


def list_barred(step: Step) -> set[str]:
    """Return those who may not decide: they applied, advised, represented staff or would fund, or have a conflict."""
    involved = {each.person for each in step.snapshot.parties.values() if each.role in MAY_NOT_DECIDE}
    return involved | {each.person for each in list_conflicts(step)}


def list_counted_votes(step: Step) -> Sequence[Vote]:
    """Return the votes that count: of those who are members or decide on its day, and are not barred."""
    may_vote = _list_holders(step, Role.PANEL_MEMBER, Role.DECISION_MAKER) - list_barred(step)
    return [vote for vote, _ in step.snapshot.list_payloads(Vote) if vote.member in may_vote]


def count_votes(step: Step) -> VoteCount:
    """Count the votes as they stand, for the outcome to which the action leads."""
    votes = list_counted_votes(step)
    return VoteCount.model_validate(
        {
            "outcome": OUTCOMES[step.action.leads_to[0]],
            "votes": Counter(vote.outcome for vote in votes),
            "members": len(list_members(step)),
            "membersVoting": len(list_members(step) & {vote.member for vote in votes}),
        }
    )
