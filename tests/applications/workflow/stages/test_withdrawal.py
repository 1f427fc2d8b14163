"""The authority's choice once a challenge was withdrawn, or its modification declined (Localism Act 2011 s.84(11))."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, KeyDecisionAnnouncement
from rtp_applications.workflow.stages.withdrawal.payloads import ProcurementChoice
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, breaks, build_snapshot, on_payload, person, ready, take
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.interest_cases import DECIDER, OFFICER, TODAY

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
PROCURE = ProcurementChoice.model_validate(
    {
        "choice": "procure",
        "reasons": "The service needs another provider.",
        "beginsOn": TODAY,
        "wellBeing": "Local jobs are asked for.",
    }
)
withdrawn = decided.announced(build_snapshot(Status.WITHDRAWN, process=CHALLENGE))
ready("decide-on-procurement", Ready(withdrawn, (DECIDER, OFFICER), PROCURE, process=CHALLENGE))
breaks("decide-on-procurement", "withdrawn-or-not-agreed")(ground.on_facts(submitted_at=None))
breaks("decide-on-procurement", "reasons-given")(on_payload(reasons=""))
breaks("decide-on-procurement", "procurement-has-its-day")(on_payload(begins_on=None))
breaks("decide-on-procurement", "well-being-in-procurement-considered")(on_payload(well_being=None))
breaks("decide-on-procurement", "deciders-are-independent")(ground.bar_last_signer)
DECIDING = "decide-on-procurement"
privately = decided.agenda(TODAY - timedelta(days=10)).model_copy(update={"in_private": True})
breaks(DECIDING, "not-key-is-reasoned")(on_payload(is_key_decision=False))
breaks(DECIDING, "key-decision-announced")(ground.on_snapshot(ground.without, KeyDecisionAnnouncement))
breaks(DECIDING, "agenda-published")(ground.on_snapshot(ground.put, decided.agenda(TODAY - timedelta(days=5))))
breaks(DECIDING, "private-meeting-announced")(ground.on_snapshot(ground.put, privately))


@pytest.mark.parametrize(
    ("refused_from", "refusals"),
    [(Status.MODIFICATION_OFFERED, []), (Status.EOI_UNDER_REVIEW, ["withdrawn-or-not-agreed"])],
)
def test_a_declined_modification_does_not_keep_the_authority_from_procuring(
    refused_from: Status, refusals: list[str]
) -> None:
    """The refusal of a relevant body to agree to modification; not a refusal on a ground of its own."""
    refused = decided.announced(build_snapshot(Status.REFUSED, process=CHALLENGE, refused_from=refused_from))
    attempt = Ready(refused, (DECIDER, OFFICER), PROCURE, process=CHALLENGE)
    assert ground.refused_for("decide-on-procurement", attempt) == refusals


def test_the_case_stays_as_it_ended() -> None:
    keep = ProcurementChoice.model_validate({"choice": "keep-as-it-is", "reasons": "The staff stay."})
    after = take("decide-on-procurement", Ready(withdrawn, (DECIDER, OFFICER), keep, process=CHALLENGE)).after
    dated = keep.model_copy(update={"decided_on": TODAY})
    assert (after.case.status, after.find(ProcurementChoice)) == (Status.WITHDRAWN, dated)
    early = keep.model_copy(update={"begins_on": TODAY})
    attempt = Ready(withdrawn, (DECIDER, OFFICER), early, process=CHALLENGE)
    assert ground.refused_for("decide-on-procurement", attempt) == ["procurement-has-its-day"]


@pytest.mark.parametrize("status", [Status.EOI_SUBMITTED, Status.EOI_ACCEPTED, Status.TENDER_LIVE, Status.AWARDED])
def test_a_challenge_is_withdrawn_at_any_time_and_without_a_majority(status: Status) -> None:
    """S.84(10): whether before or after a decision has been made."""
    lead = person(Role.APPLICANT_LEAD)
    taken = take("withdraw", Ready(build_snapshot(status, process=CHALLENGE), (lead,), process=CHALLENGE))
    assert taken.after.case.status is Status.WITHDRAWN


def test_the_choice_to_procure_is_an_executive_decision_with_the_notices_of_one() -> None:
    """SI 2012/2089 regs 8 and 9; a service kept as it is changes nothing in two wards, and waits for no such notice."""
    unannounced = build_snapshot(Status.WITHDRAWN, process=CHALLENGE)
    procuring = Ready(unannounced, (DECIDER, OFFICER), PROCURE, process=CHALLENGE)
    assert ground.refused_for(DECIDING, procuring) == ["key-decision-announced", "agenda-published"]
    keep = ProcurementChoice.model_validate({"choice": "keep-as-it-is", "reasons": "The staff stay."})
    assert ground.refused_for(DECIDING, replace(procuring, payload=keep)) == ["agenda-published"]
    said = keep.model_copy(update={"is_key_decision": True})
    assert ground.refused_for(DECIDING, replace(procuring, payload=said)) == [
        "key-decision-announced", "agenda-published",
    ]  # fmt: skip
    by_officer = ground.with_rule(unannounced, "constitution", {"form": "fire-authority", "decidedBy": "officer"})
    assert ground.refused_for(DECIDING, replace(procuring, snapshot=by_officer)) == []


def test_its_notices_are_given_where_the_challenge_has_ended_and_serve_it_alone() -> None:
    noticed = unannounced = build_snapshot(Status.WITHDRAWN, process=CHALLENGE)
    for action, payload in (
        ("publish-key-decision-notice", decided.notice(TODAY)),
        ("publish-agenda", decided.agenda(TODAY)),
    ):
        noticed = take(action, Ready(noticed, (OFFICER,), payload, process=CHALLENGE)).after
    assert noticed.status is unannounced.status
    for days, refused in ((28, ["key-decision-announced"]), (29, [])):
        now = ground.NOW + timedelta(days=days)
        later = PROCURE.model_copy(update={"begins_on": now.date()})
        procuring = Ready(noticed, (DECIDER, OFFICER), later, now, CHALLENGE)
        assert ground.refused_for(DECIDING, procuring) == refused
    assert take(DECIDING, procuring).after.find(AgendaPublication) is None


@pytest.mark.parametrize(("day", "refused"), [(1, ["decided-on-within-bounds"]), (2, [])])
def test_it_is_not_older_than_the_withdrawal(day: int, refused: list[str]) -> None:
    """Withdrawn two days after NOW, entered on the fourth."""
    gone = withdrawn.with_case(withdrawn_at=ground.NOW + timedelta(days=2))
    said = {"decided_on": TODAY + timedelta(days=day), "begins_on": TODAY + timedelta(days=9)}
    procuring = Ready(
        gone, (DECIDER, OFFICER), PROCURE.model_copy(update=said), ground.NOW + timedelta(days=4), CHALLENGE
    )
    assert ground.refused_for(DECIDING, procuring) == refused
