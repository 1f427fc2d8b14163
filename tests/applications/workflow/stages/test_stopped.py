"""A challenge that the authority stopped after the award is taken up again, by itself or by a court."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.workflow.common.payloads import Proposal
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Decision, Role, Status
from rtp_applications.workflow.errors import NotFromHere
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.cross_stage import payloads
from rtp_applications.workflow.stages.publication.decisions import find_decisions
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, build_snapshot, on_facts, person, take, towards

CHALLENGE, WHY = COMMUNITY_RIGHT_TO_CHALLENGE, "The grant was paid after all."
DECIDER, OFFICER, SYSTEM = person(Role.DECISION_MAKER), person(Role.CASE_OFFICER), person(Role.SYSTEM)
REOPENING = ("reopen-stopped-case", "reopen-stopped-by-court")


def stopped_in(status: Status, process: Process = CHALLENGE) -> CaseSnapshot:
    stopping = attempt(process, "stop-case")
    return take("stop-case", replace(stopping, snapshot=build_snapshot(status, process=process))).after


stopped = stopped_in(Status.AWARDED)
TAKEN_UP = payloads.StopReopening(to=Status.AWARDED, reasons=WHY)
QUASHED = payloads.StopQuashed(to=Status.AWARDED, reference="[2026] EWHC 1234 (Admin)", madeOn=date(2026, 9, 1))
ground.ready(REOPENING[0], Ready(stopped, (DECIDER, OFFICER), TAKEN_UP, process=CHALLENGE))
ground.ready(REOPENING[1], Ready(stopped, (SYSTEM,), QUASHED, process=CHALLENGE))
breaks(REOPENING[0], "reasons-given")(ground.on_payload(reasons=""))
breaks(REOPENING[0], "deciders-are-independent")(ground.bar_last_signer)
breaks(REOPENING, "goes-on-where-it-stopped")(on_facts(refused_from=Status.TRANSITION))
for name in REOPENING:

    @towards(name, Status.TRANSITION)
    def _(attempt: Ready) -> Ready:
        return ground.giving(ground.with_facts(attempt, refused_from=Status.READINESS_REVIEW), to=Status.TRANSITION)


@pytest.mark.parametrize("action", REOPENING)
@pytest.mark.parametrize(
    ("stage", "goes_on_in"),
    [
        (Status.AWARDED, Status.AWARDED),
        (Status.TRANSITION, Status.TRANSITION),
        (Status.READINESS_REVIEW, Status.TRANSITION),
    ],
)
def test_it_goes_on_where_it_was(action: str, stage: Status, goes_on_in: Status) -> None:
    again = replace(attempt(CHALLENGE, action), snapshot=stopped_in(stage))
    after = take(action, ground.giving(again, to=goes_on_in)).after
    assert (after.status, after.case.refused_from, after.find(payloads.Stop)) == (goes_on_in, None, None)
    assert Decision.STOPPED not in find_decisions(after)


def test_the_authority_takes_it_up_when_the_end_is_final_too() -> None:
    over = ground.get_deadline(stopped, "appeal-window").due_at
    final = take("close-appeal-window", Ready(stopped, (SYSTEM,), now=over, process=CHALLENGE)).after
    after = take(REOPENING[0], replace(attempt(CHALLENGE, REOPENING[0]), snapshot=final)).after
    assert (after.status, after.case.final_at) == (Status.AWARDED, None)


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, EMPLOYER_LED], ids=lambda each: str(each.route))
def test_what_was_proposed_before_a_stop_is_signed_no_more(process: Process) -> None:
    """One of two signed that the case goes back to the panel; it is stopped meanwhile."""
    returning = attempt(process, "return-to-panel")
    proposed = take("return-to-panel", replace(returning, signers=returning.signers[:1])).after
    assert proposed.find_record(Proposal, "return-to-panel")
    after = take("stop-case", replace(attempt(process, "stop-case"), snapshot=proposed)).after
    assert not [each for each in after.records.values() if each.kind == Proposal.KIND]
    with pytest.raises(NotFromHere):
        take("return-to-panel", replace(returning, snapshot=after, signers=returning.signers[1:]))
