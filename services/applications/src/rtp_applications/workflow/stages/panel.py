"""The panel: who sits on it, how it votes, and the notice that a council must give. Rows 12 and 13 of the process."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from rtp_applications.clocks.days import CalendarName, earliest_after
from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.guards import conflicts
from rtp_applications.workflow.records import PersonRef
from rtp_applications.workflow.timing import as_length
from rtp_applications.workflow.words import MAY_NOT_DECIDE, Audience, PanelOutcome, Role, Status
from rtp_shared.schemas import Count, Line, Prose


class Vote(Record):
    """How one member votes. It is cast anew in every round, and may be changed until the panel has decided."""

    KIND: ClassVar[str] = "vote"
    KEY: ClassVar[str | None] = "member"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    member: PersonRef = Field(description="Whoever casts it: a vote is cast by nobody else")
    outcome: PanelOutcome
    note: Prose | None = None


class VoteCount(Record):
    """How the panel voted when it last decided: the single votes are struck from the file with the decision."""

    KIND: ClassVar[str] = "vote-count"

    outcome: PanelOutcome = Field(description="What was decided")
    votes: dict[PanelOutcome, Count]
    members: Count = Field(description="Members of the panel on that day")
    members_voting: Count = Field(description="Those of them whose vote counted, abstentions among them")


class KeyDecisionAnnouncement(Record):
    """The public notice that a key decision will be taken (SI 2012/2089 reg. 9)."""

    KIND: ClassVar[str] = "key-decision-notice"

    published_on: date
    decision_by: date = Field(description="The day of the decision, or the last of the period, that the notice names")
    where: Line = Field(description="Address or reference of the publication")


class AgendaPublication(Record):
    """The public notice of the meeting with its agenda and papers."""

    KIND: ClassVar[str] = "agenda-notice"

    published_on: date
    where: Line = Field(description="Address or reference of the publication")


OUTCOMES = {
    Status.APPROVED: PanelOutcome.APPROVE,
    Status.APPROVED_CONDITIONAL: PanelOutcome.APPROVE_WITH_CONDITIONS,
    Status.DEFERRED: PanelOutcome.DEFER,
    Status.REFUSED: PanelOutcome.REFUSE,
}


def members(step: Step) -> set[str]:
    """The members of the panel today, by person."""
    return _holding(step, Role.PANEL_MEMBER)


def _holding(step: Step, *roles: Role) -> set[str]:
    return {each.person for each in step.file.parties.values() if each.role in roles and each.holds(step.today)}


def barred(step: Step) -> set[str]:
    """Who may not decide: who applied, advised, represented staff or would fund at any time, or has a conflict."""
    involved = {each.person for each in step.file.parties.values() if each.role in MAY_NOT_DECIDE}
    return involved | {each.person for each in conflicts(step)}


def counted(step: Step) -> Sequence[Vote]:
    """The votes that count: of those who are members or decide today, and are not barred."""
    may_vote = _holding(step, Role.PANEL_MEMBER, Role.DECISION_MAKER) - barred(step)
    return [vote for vote, _ in step.file.every(Vote) if vote.member in may_vote]


def count(step: Step) -> VoteCount:
    """The count as it stands, for the outcome to which the action leads."""
    votes = counted(step)
    return VoteCount.model_validate(
        {
            "outcome": OUTCOMES[step.action.leads_to[0]],
            "votes": Counter(vote.outcome for vote in votes),
            "members": len(members(step)),
            "membersVoting": len(members(step) & {vote.member for vote in votes}),
        }
    )


@guard()
def panel_appointed(step: Step) -> str | None:
    """The panel has members."""
    return None if members(step) else "appoint the members of the panel first"


@guard()
def no_member_conflicted(step: Step) -> str | None:
    """No member of the panel applied, advised, represented staff or would fund, or has a conflict of interest."""
    return "a member of the panel may not decide in this case" if members(step) & barred(step) else None


@guard("/member", given=True)
def vote_is_own(step: Step) -> str | None:
    """Everybody votes for themselves."""
    return None if step.given.member == step.signed[-1].person else "nobody casts another's vote"


@guard()
def quorum_reached(step: Step) -> str | None:
    """Enough of the panel's members voted; who may not decide counts as a member but not as voting."""
    needed, tally = step.process.setting(step.file, "quorum-percent"), count(step)
    if tally.members and 100 * tally.members_voting >= needed * tally.members:
        return None
    return f"{tally.members_voting} of {tally.members} members voted; the quorum is {needed} per cent"


@guard()
def vote_supports_it(step: Step) -> str | None:
    """A vote is recorded, and more than half of the votes cast, abstentions left out, are for this outcome."""
    tally = count(step)
    cast = sum(number for outcome, number in tally.votes.items() if outcome is not PanelOutcome.ABSTAIN)
    if 2 * tally.votes.get(tally.outcome, 0) > cast:
        return None
    return f"not more than half of the votes are for: {tally.outcome}"


def owes_notice(step: Step) -> bool:
    """Whether the body that decides must announce key decisions and publish its agenda: councils, not the NHS."""
    body_id = step.file.case.decision_body
    body = step.file.bodies.get(body_id) if body_id else None
    return body is not None and body.kind in step.process.setting(step.file, "key-decision-bodies")


@guard()
def notice_is_owed(step: Step) -> str | None:
    """The body that decides is a council, which must give notice."""
    return None if owes_notice(step) else "only a council gives this notice"


@guard("/publishedOn", given=True)
def published_by_today(step: Step) -> str | None:
    """It was published on a day that is not in the future."""
    return None if step.given.published_on <= step.today else "the day of publication lies in the future"


@guard()
def key_decision_announced(step: Step) -> str | None:
    """A council announced the decision 28 clear days before, for a day or period that is not over (SI 2012/2089)."""
    if not owes_notice(step):
        return None
    notice = step.file.last(KeyDecisionAnnouncement)
    if notice and notice.decision_by < step.today:
        return f"the notice named a decision by {notice.decision_by}; give notice anew"
    return _too_early(step, notice, "key-decision-notice")


@guard()
def agenda_published(step: Step) -> str | None:
    """A council published the agenda and the papers of the meeting 5 clear days before (SI 2012/2089)."""
    return _too_early(step, step.file.last(AgendaPublication), "agenda-notice") if owes_notice(step) else None


def _too_early(step: Step, notice: KeyDecisionAnnouncement | AgendaPublication | None, rule: str) -> str | None:
    """Why the decision may not be taken today for want of notice: neither its day nor that of the meeting counts."""
    length = as_length(step.process.setting(step.file, rule))
    if notice is None:
        return f"notice of {length} must go before"
    local = step.file.rule("working-day-calendar")
    calendar = step.file.calendars[CalendarName(local) if local else CalendarName.ENGLAND_AND_WALES]
    first = earliest_after(notice.published_on, length, calendar)
    return None if first <= step.today else f"{length} of notice end before {first}, not before today"
