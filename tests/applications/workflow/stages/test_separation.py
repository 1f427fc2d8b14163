"""One person does not hold two roles of which one checks the other."""

from dataclasses import replace

import pytest

from rtp_applications.workflow.common.separation import CHECKS, KEPT_APART, list_opposites
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, party, refused_for

OF_DECISIONS = {"deciders-are-independent", "decision-maker-is-independent"}


def with_auditors(ready: Ready) -> Ready:
    """Whoever signs audits the case as well."""
    hats = [party(Role.AUDITOR, person=each.person) for each in ready.signers]
    return replace(ready, snapshot=ready.snapshot.with_party(*hats))


ground.breaks(sorted(KEPT_APART), "roles-kept-apart")(with_auditors)


def test_whatever_is_decided_is_kept_apart_from_what_checks_it() -> None:
    deciding = {
        action.name
        for process in PROCESSES.values()
        for action in process.actions
        if OF_DECISIONS & {each.name for each in action.guards}
    }
    assert deciding <= KEPT_APART


def test_what_checks_is_checked_both_ways() -> None:
    for role in Role:
        assert all(role in list_opposites(other) for other in list_opposites(role))
        assert role not in list_opposites(role)
    assert CHECKS[Role.SCRUTINY_CHAIR] <= list_opposites(Role.SCRUTINY_CHAIR)


@pytest.mark.parametrize("role", [Role.DECISION_MAKER, Role.PANEL_MEMBER])
@pytest.mark.parametrize("action", ["call-in", "record-scrutiny-response"])
def test_who_decided_or_sat_on_the_panel_neither_calls_in_nor_chairs_the_call_in(action: str, role: Role) -> None:
    """Local Government Act 2000 s.9FA. Who left the panel sat on it all the same."""
    calling = attempt(RIGHT_TO_PROVIDE, action)
    former = party(role, person=calling.signers[0].person, valid_to=ground.NOW.date().replace(day=1))
    assert refused_for(action, replace(calling, snapshot=calling.snapshot.with_party(former))) == ["roles-kept-apart"]
