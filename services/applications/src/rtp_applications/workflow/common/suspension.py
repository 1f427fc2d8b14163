"""Nothing is decided while a case is suspended."""

from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier


@guard()
def nothing_decided_while_suspended(step: Step) -> str | None:
    """Nothing is decided while the case is suspended: it is resumed first."""
    because = step.snapshot.case.suspended
    return f"the case is suspended ({because}): resume it first" if because else None


DECISIONS = frozenset(
    {
        # On the expression of interest, and on what the appraisal showed.
        "find-not-eligible", "refuse-to-consider", "begin-review", "offer-modification", "accept-modification",
        "decline-modification",
        "accept-eoi", "refuse-eoi", "accept-part", "decline-part", "record-employer-answer",
        "start-business-case", "withdraw-after-appraisal", "refuse-after-appraisal",
        # On the business case, its conditions and its call-in.
        "record-commissioner-consent", "cast-vote", "approve", "approve-with-conditions", "defer",
        "refuse-business-case", "close-condition", "close-conditions", "confirm-after-call-in",
        "return-after-call-in", "reopen-after-call-in",
        # On the contract and the launch.
        "record-regime", "choose-contract-route", "begin-procurement", "choose-provider", "judge-exclusion",
        "publish-tender",
        "invite-tenders", "begin-standstill", "record-further-decision", "award", "record-tender-lost",
        "end-procurement", "return-to-earlier-step", "begin-transition",
        "waive-pension-signature", "begin-readiness-review", "launch", "give-assistance", "put-back-launch",
        # On a refusal, and on the case as a whole.
        "uphold-refusal", "remit", "recommend-reopening", "reopen-refusal", "keep-refusal", "stop-case",
        "reopen-stopped-case", "confirm-spin-out", "decide-on-procurement",
    }
)  # fmt: skip
"""What a body, its reviewer, or the group by its answer decides. Courts decide, a group withdraws and time runs out
whatever rests; facts, notices and preparations are put on file meanwhile.
"""


def decide_nothing_while_suspended(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with those that decide refused while the case is suspended."""
    return tuple(
        each.with_guards(nothing_decided_while_suspended) if each.name in DECISIONS else each for each in actions
    )


def _decide_meanwhile(now: Action) -> Action:
    return now.without_guard(nothing_decided_while_suspended.name)


VERSION_2 = Earlier(actions=dict.fromkeys(DECISIONS, _decide_meanwhile))
