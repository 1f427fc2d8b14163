"""Version 2: notices by the kind of the body, none in a body's own constitution, and a panel that always votes."""

from dataclasses import replace

from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Action, CaseClock, Setting, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import WITH_EXECUTIVES
from rtp_applications.workflow.stages.panel import guards
from rtp_applications.workflow.stages.panel.actions import SCRUTINISING
from rtp_applications.workflow.stages.panel.clocks import NOTICES
from rtp_applications.workflow.stages.panel.notices import find_missing_notice
from rtp_applications.workflow.stages.panel.payloads import (
    AgendaPublication,
    AnnouncedDecision,
    KeyDecisionAnnouncement,
    PublishedAgenda,
)
from rtp_applications.workflow.stages.panel.settings import NOTICE


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
    length = parse_length(step.process.get_setting(step.snapshot, "key-decision-notice"))
    return find_missing_notice(step, notice, length)


@guard()
def agenda_published(step: Step) -> str | None:
    """A council published the agenda and the papers of the meeting 5 clear days before (SI 2012/2089)."""
    notice = step.snapshot.find(AgendaPublication)
    length = parse_length(step.process.get_setting(step.snapshot, "agenda-notice"))
    return find_missing_notice(step, notice, length) if owes_notice(step) else None


@guard()
def panel_appointed(step: Step) -> str | None:
    """The panel has members."""
    return guards.find_missing_panel(step)


@guard()
def quorum_reached(step: Step) -> str | None:
    """Enough of the panel's members voted; who may not decide counts as a member but not as voting."""
    return guards.find_missing_quorum(step)


@guard()
def vote_supports_it(step: Step) -> str | None:
    """A vote is recorded, and more than half of the votes cast, abstentions left out, are for this outcome."""
    return guards.find_missing_majority_of_votes(step)


def _decide(now: Action) -> Action:
    now = now.without_guard("private-meeting-announced")
    for former in (quorum_reached, vote_supports_it, key_decision_announced, agenda_published):
        now = now.replace_guard(former.name, former)
    return now


def _approve(now: Action) -> Action:
    return _decide(now.without_guard("not-key-is-reasoned"))


def _announce(now: Action) -> Action:
    return replace(
        now.replace_guard("key-decision-notice-is-owed", notice_is_owed)
        .without_guard("decision-makers-named")
        .without_guard("notice-can-serve"),
        payload_model=AnnouncedDecision,
        description="Put on file that a council gave notice of the key decision.",
    )


def _publish_agenda(now: Action) -> Action:
    return replace(
        now.replace_guard("meeting-notice-is-owed", notice_is_owed),
        payload_model=PublishedAgenda,
        description="Put on file that a council published the agenda and papers of the meeting that will decide.",
    )


def _count_notice(now: CaseClock) -> CaseClock:
    return replace(now, source=NOTICES, length_of=None)


VERSION_2 = Earlier(
    actions={
        "publish-panel-papers": lambda now: now.replace_guard("panel-appointed", panel_appointed),
        "choose-contract-route": lambda now: now.without_guard("decision-recorded"),
        **dict.fromkeys(SCRUTINISING, lambda now: now.without_guard("executive-does-not-scrutinise")),
        "publish-key-decision-notice": _announce,
        "publish-agenda": _publish_agenda,
        **dict.fromkeys(("defer", "refuse-business-case"), _decide),
        **dict.fromkeys(("approve", "approve-with-conditions"), _approve),
    },
    clocks=dict.fromkeys(("key-decision-notice", "agenda-notice"), _count_notice),
    had={
        "key-decision-bodies": Setting(
            WITH_EXECUTIVES,
            f"{NOTICE}; councils with executive arrangements: a council with committees has none to announce",
            "believed",
            FIRST,
        ),
    },
    added=frozenset(
        {
            "board-meeting-notice",
            "constitutions-by-kind",
            "notify-general-exception",
            "agree-special-urgency",
            "give-private-meeting-notice",
            "convene-at-shorter-notice",
            "record-decision",
        }
    ),
)
