"""Guards of the panel's decision: its members and their votes, where several decide. Rows 12 and 13."""

from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.common.days import find_decision_day
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import PanelOutcome
from rtp_applications.workflow.stages.panel.votes import count_votes, list_barred, list_members


def is_one_person_s(step: Step) -> bool:
    """Return whether one member or officer decides for the body, or did on the day of the decision: then nobody has to
    sit, and none to vote.
    """
    constitution = find_constitution(step.snapshot, find_decision_day(step))
    return constitution is not None and constitution.is_one_person


@guard()
def panel_appointed(step: Step) -> str | None:
    """The panel has members, unless one person decides for the body."""
    return None if is_one_person_s(step) else find_missing_panel(step)


def find_missing_panel(step: Step) -> str | None:
    return None if list_members(step) else "appoint the members of the panel first"


@guard()
def no_member_conflicted(step: Step) -> str | None:
    """No member of the panel applied, advised, represented staff or would fund, or has a conflict of interest."""
    return "a member of the panel may not decide in this case" if list_members(step) & list_barred(step) else None


@guard("/member", payload=True)
def vote_is_own(step: Step) -> str | None:
    """Everybody votes for themselves."""
    return None if step.payload.member == step.signed[-1].person else "nobody casts another's vote"


@guard()
def quorum_reached(step: Step) -> str | None:
    """Enough of the panel's members voted, unless one person decides; who may not decide counts as a member but not as
    voting.
    """
    return None if is_one_person_s(step) else find_missing_quorum(step)


def find_missing_quorum(step: Step) -> str | None:
    needed = step.process.get_setting(step.snapshot, "quorum-percent", find_decision_day(step))
    tally = count_votes(step)
    if tally.members and 100 * tally.members_voting >= needed * tally.members:
        return None
    return f"{tally.members_voting} of {tally.members} members voted; the quorum is {needed} per cent"


@guard()
def vote_supports_it(step: Step) -> str | None:
    """A vote is recorded, and more than half of the votes cast, abstentions left out, are for this outcome; where one
    person decides there is none.
    """
    return None if is_one_person_s(step) else find_missing_majority_of_votes(step)


def find_missing_majority_of_votes(step: Step) -> str | None:
    tally = count_votes(step)
    cast = sum(number for outcome, number in tally.votes.items() if outcome is not PanelOutcome.ABSTAIN)
    if 2 * tally.votes.get(tally.outcome, 0) > cast:
        return None
    return f"not more than half of the votes are for: {tally.outcome}"
