"""Guards of the panel's decision: its members, their votes, and the notice that a council must give. Rows 12 and 13."""

from rtp_applications.deadlines.rules.days import CalendarName, earliest_after
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import PanelOutcome
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, KeyDecisionAnnouncement
from rtp_applications.workflow.stages.panel.votes import count_votes, list_barred, list_members


@guard()
def panel_appointed(step: Step) -> str | None:
    """The panel has members."""
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
    """Enough of the panel's members voted; who may not decide counts as a member but not as voting."""
    needed, tally = step.process.get_setting(step.snapshot, "quorum-percent"), count_votes(step)
    if tally.members and 100 * tally.members_voting >= needed * tally.members:
        return None
    return f"{tally.members_voting} of {tally.members} members voted; the quorum is {needed} per cent"


@guard()
def vote_supports_it(step: Step) -> str | None:
    """A vote is recorded, and more than half of the votes cast, abstentions left out, are for this outcome."""
    tally = count_votes(step)
    cast = sum(number for outcome, number in tally.votes.items() if outcome is not PanelOutcome.ABSTAIN)
    if 2 * tally.votes.get(tally.outcome, 0) > cast:
        return None
    return f"not more than half of the votes are for: {tally.outcome}"


def owes_notice(step: Step) -> bool:
    """Return True if the body that decides must announce key decisions and its agenda: councils, not the NHS."""
    body_id = step.snapshot.case.decision_body
    body = step.snapshot.bodies.get(body_id) if body_id else None
    return body is not None and body.kind in step.process.get_setting(step.snapshot, "key-decision-bodies")


@guard()
def notice_is_owed(step: Step) -> str | None:
    """The body that decides is a council, which must give notice."""
    return None if owes_notice(step) else "only a council gives this notice"


@guard()
def key_decision_announced(step: Step) -> str | None:
    """A council announced the decision 28 clear days before, for a day or period that is not over (SI 2012/2089)."""
    if not owes_notice(step):
        return None
    notice = step.snapshot.find(KeyDecisionAnnouncement)
    if notice and notice.decision_by < step.today:
        return f"the notice named a decision by {notice.decision_by}; give notice anew"
    return _check_notice(step, notice, "key-decision-notice")


@guard()
def agenda_published(step: Step) -> str | None:
    """A council published the agenda and the papers of the meeting 5 clear days before (SI 2012/2089)."""
    return _check_notice(step, step.snapshot.find(AgendaPublication), "agenda-notice") if owes_notice(step) else None


def _check_notice(step: Step, notice: KeyDecisionAnnouncement | AgendaPublication | None, rule: str) -> str | None:
    """Return why notice does not allow a decision today, or None: neither its day nor that of the meeting counts."""
    length = parse_length(step.process.get_setting(step.snapshot, rule))
    if notice is None:
        return f"notice of {length} must go before"
    local = step.snapshot.get_rule("working-day-calendar")
    calendar = step.snapshot.calendars[CalendarName(local) if local else CalendarName.ENGLAND_AND_WALES]
    first = earliest_after(notice.published_on, length, calendar)
    return None if first <= step.today else f"{length} of notice end before {first}, not before today"
