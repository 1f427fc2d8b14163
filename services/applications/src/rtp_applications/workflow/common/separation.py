"""Roles that check each other: one person never holds both in a case, then or later."""

from collections.abc import Mapping

from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Role

OFFICIALS = frozenset(
    {Role.CASE_OFFICER, Role.COMMISSIONER, Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.FURTHER_EMPLOYER}
)
CHECKS: Mapping[Role, frozenset[Role]] = {
    Role.SCRUTINY_CHAIR: frozenset({Role.CASE_OFFICER, Role.DECISION_MAKER, Role.PANEL_MEMBER}),
    Role.ESCALATION_REVIEWER: OFFICIALS | {Role.SCRUTINY_CHAIR},
    Role.AUDITOR: OFFICIALS | {Role.SCRUTINY_CHAIR, Role.ESCALATION_REVIEWER},
}
"""Whose work each of these looks at. Scrutiny is never the executive (Local Government Act 2000 s.9FA(3))."""


def list_opposites(role: Role) -> frozenset[Role]:
    """Return the roles that nobody holds besides this one: those that it checks, and those that check it."""
    return CHECKS.get(role, frozenset()) | {checking for checking, checked in CHECKS.items() if role in checked}


@guard()
def roles_kept_apart(step: Step) -> str | None:
    """Nobody signs who holds, or held, a role in the case that checks the one in which they sign, or is checked by it:
    scrutiny is never who decided or sat on the panel (Local Government Act 2000 s.9FA(3)).
    """
    for signed in step.signed:
        opposites = list_opposites(signed.role)
        for party in step.snapshot.parties.values():
            if party.person == signed.person and party.role in opposites:
                return f"whoever signs as {signed.role} is or was {party.role} in this case"
    return None


KEPT_APART = frozenset(
    {
        "find-not-eligible", "refuse-to-consider",
        "offer-modification", "accept-eoi", "refuse-eoi", "accept-part", "record-employer-answer",
        "refuse-after-appraisal", "rate-strand",
        "cast-vote", "approve", "approve-with-conditions", "defer", "refuse-business-case", "confirm-after-call-in",
        "return-after-call-in", "reopen-after-call-in", "choose-provider", "judge-exclusion", "award",
        "end-procurement", "return-to-earlier-step",
        "waive-pension-signature", "launch", "call-in", "record-scrutiny-response", "agree-special-urgency",
        "stop-case", "confirm-spin-out", "reopen-refusal",
        "keep-refusal", "reopen-stopped-case", "decide-on-procurement",
    }
)  # fmt: skip
"""What decides, and what calls a decision in."""


def keep_roles_apart(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with those that decide or call in refused to whoever holds a role that checks theirs."""
    return tuple(each.with_guards(roles_kept_apart) if each.name in KEPT_APART else each for each in actions)


def _let_be(now: Action) -> Action:
    return now.without_guard(roles_kept_apart.name)


VERSION_2 = Earlier(actions=dict.fromkeys(KEPT_APART, _let_be))
