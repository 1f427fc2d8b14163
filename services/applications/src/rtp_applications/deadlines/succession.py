"""Succession: a case whose body has ended goes on with the body that followed it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.running import weigh_doubt
from rtp_applications.workflow.body_facts import BodyFacts
from rtp_applications.workflow.common.events import make_deadlines_corrected
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import SCHEDULER
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import APPEALABLE, LIVING, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party, Signature, SignedRecord
from rtp_applications.workflow.stages.reorganisation.facts import find_restart_day, find_windows
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced, SuccessorChoice
from rtp_applications.workflow.stages.reorganisation.restart import restart_clocks
from rtp_shared.contracts.applications import CaseTransferred
from rtp_shared.identities import organisation_identity

TRANSFER = "transfer"
REFERENCES = ("employer_id", "commissioner_id", "decision_body_id", "duty_holder_id")


def transfer(
    process: Process, snapshot: CaseSnapshot, successors: Mapping[UUID, BodyFacts], now: datetime
) -> CaseChange | None:
    """Put the successors in the places of the bodies that ended; return None if nothing changes.

    The body that followed comes to see the case, and vouches for the people of the body that ended. That one sees it no
    more. What was signed for it stays signed for it. Where it resolved so, the times of a challenge count anew.
    """
    case = snapshot.case
    changed: dict[str, Any] = {
        name: successors[body].id for name in REFERENCES if (body := getattr(case, name)) in successors
    }
    further = _follow_further_employers(case, successors)
    if further != list(case.further_employer_ids):
        changed["further_employer_ids"] = further
    if not changed or not _is_living(case):
        return None
    replaced = {body: new.id for body, new in successors.items() if body in case.bodies}
    gone = set(map(organisation_identity, replaced))
    readers = [*(each for each in case.readers if each not in gone), *map(organisation_identity, replaced.values())]
    signature = Signature(Role.SYSTEM, SCHEDULER.person, SCHEDULER.vouching_client, now)
    after = (
        _put_on_file(snapshot, replaced, signature)
        .with_case(**changed, readers=list(dict.fromkeys(readers)), version=case.version + 1, changed_at=now)
        .with_party(*_move_parties(snapshot, replaced, now))
    )
    after = replace(after, bodies={**after.bodies, **{each.id: each for each in successors.values()}})
    if find_restart_day(after) not in (None, find_restart_day(snapshot)):
        after = restart_clocks(process, after, TRANSFER, now)
    after = _weigh_doubts(process, after, now)
    return CaseChange(
        before=snapshot,
        after=after,
        action=TRANSFER,
        signature=signature,
        events=(
            _make_case_transferred(snapshot, replaced, now),
            *make_deadlines_corrected(process, snapshot, after, now),
        ),
        reason="a body that the case names has ended, and another followed it",
    )


def _weigh_doubts(process: Process, snapshot: CaseSnapshot, now: datetime) -> CaseSnapshot:
    clocks = {each.name: each for each in process.clocks}
    weighed = (
        weigh_doubt(clocks[each.clock], each, snapshot, now)
        for each in snapshot.deadlines.values()
        if each.clock in clocks
    )
    return snapshot.with_deadline(*weighed)


def _is_living(case: Facts) -> bool:
    """Return whether something can still be asked of the bodies (SI 2018/1128 regs 6, 9). An end that may be appealed
    is over once it is final.
    """
    appealed_no_more = case.status in APPEALABLE and case.final_at is not None
    return case.submitted_at is not None and case.status in LIVING and not appealed_no_more


def _follow_further_employers(case: Facts, successors: Mapping[UUID, BodyFacts]) -> list[UUID]:
    """Return the further employers with the bodies that followed, each once; one that leads by now is none of them."""

    def follow(body: UUID) -> UUID:
        return successors[body].id if body in successors else body

    leading = case.employer_id and follow(case.employer_id)
    return [each for each in dict.fromkeys(map(follow, case.further_employer_ids)) if each != leading]


def _put_on_file(snapshot: CaseSnapshot, replaced: Mapping[UUID, UUID], by: Signature) -> CaseSnapshot:
    """Return the case with the succession of each body, and the periods in which it was received until then."""
    after, windows = snapshot, find_windows(snapshot)
    for body, successor in replaced.items():
        choice = snapshot.find(SuccessorChoice, str(body))
        record = BodyReplaced(
            body=body,
            successor=successor,
            on=snapshot.bodies[body].ended_on or civil_date(by.at),
            document=choice.document if choice else None,
            eoiWindows=list(windows) if windows else None,
        )
        content = record.model_dump(mode="json", by_alias=True, exclude_none=True)
        after = after.with_record(SignedRecord(record.KIND, record.key, content, (by,), record.AUDIENCE))
    return after


def list_choices(snapshot: CaseSnapshot, today: date) -> dict[UUID, UUID]:
    """Return the successors that were chosen in the case for bodies that have ended by this day."""
    bodies = snapshot.bodies
    return {
        each.body: each.successor
        for each, _ in snapshot.list_payloads(SuccessorChoice)
        if (body := bodies.get(each.body))
        and body.ended_on
        and body.ended_on <= today
        and each.successor in body.successors
    }


def _move_parties(snapshot: CaseSnapshot, successors: Mapping[UUID, UUID], now: datetime) -> list[Party]:
    holders = {organisation_identity(old): organisation_identity(new) for old, new in successors.items()}
    today = civil_date(now)
    return [
        replace(party, holder=holders[party.holder])
        for party in snapshot.parties.values()
        if party.holder in holders and party.holds(today)
    ]


def _make_case_transferred(snapshot: CaseSnapshot, replaced: Mapping[UUID, UUID], now: datetime) -> CaseTransferred:
    case = snapshot.case
    return CaseTransferred(
        case_id=case.id,
        number=case.number,
        route=case.route,
        action=TRANSFER,
        status_before=case.status,
        status=case.status,
        role=Role.SYSTEM,
        at=now,
        bodies_replaced=list(replaced),
        successors=list(replaced.values()),
    )
