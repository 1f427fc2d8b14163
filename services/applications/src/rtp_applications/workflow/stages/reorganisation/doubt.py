"""Whether both times of the Localism Act 2011 s.84 are settled: a reorganisation may have begun them anew.

Where the predecessor resolved so, they count from the reorganisation date (SI 2018/1128 reg 29(2), (3)(d)), and what
was due before was not. Whether it did is known once its resolution is on file, or the successor said there is none.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.facts import COUNCILS, find_answer_day
from rtp_applications.workflow.stages.reorganisation.payloads import (
    BodyReplaced,
    NoReorganisationResolution,
    ReorganisationResolution,
)

GIVEN_UP = ("withdraw", "supersede")
"""After these nothing is asked of the authority: nobody will say which time counts, and none does any more."""


def find_doubt(snapshot: CaseSnapshot, day: date) -> str | None:
    """Return why it is not known on a day whether the times count as they run; None if it is."""
    for body, on in _list_reorganisations(snapshot):
        if _is_resolved(snapshot, body):
            if snapshot.find_record(BodyReplaced, str(body)) is None:
                return f"the authority resolved that its successor considers it: from {on} on the time counts anew"
        elif on <= day and snapshot.find_record(NoReorganisationResolution, str(body)) is None:
            return f"the authority was reorganised on {on}: whether it resolved so before is not on file"
    return None


def _list_reorganisations(snapshot: CaseSnapshot) -> Iterator[tuple[UUID, date]]:
    """Yield the councils of the case that are followed by another before the challenge was answered, and the day."""
    authorities, answered = {snapshot.case.employer_id, snapshot.case.decision_body}, find_answer_day(snapshot)
    ending = {each.body: each.on for each, _ in snapshot.list_payloads(BodyReplaced) if each.successor in authorities}
    for id_ in authorities:
        body = snapshot.bodies.get(id_) if id_ else None
        if body and body.ended_on and body.successors:
            ending[body.id] = body.ended_on
    for id_, on in ending.items():
        body = snapshot.bodies.get(id_)
        if (body is None or body.kind in COUNCILS) and (answered is None or on <= answered):
            yield id_, on


def _is_resolved(snapshot: CaseSnapshot, body: UUID) -> bool:
    return snapshot.find_record(ReorganisationResolution, str(body)) is not None
