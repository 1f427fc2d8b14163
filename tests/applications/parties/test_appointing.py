"""What holds of the people of a case whatever is done, in whatever order."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties import appointing
from rtp_applications.parties.appointing import NewParty, is_over
from rtp_applications.parties.rules import APPOINTS, DECIDING, Side, assign_pseudonyms, get_lasting_readers
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import MAY_NOT_DECIDE, Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.problems import Refusal
from tests.applications.workflow.ground import EMPLOYER, LEAD_CLIENT, NOW, OF_THE_EMPLOYER, build_snapshot, party

OUTSIDE = UUID(int=9)
sides = ({Side.GROUP}, {Side.EMPLOYER, Side.DECISION_BODY, Side.COMMISSIONER}, {Side.MUTUALS_TEAM})
"""Those of the lead, of an officer of the employer, and of the central team: in this order below."""
people = st.sampled_from(["p-1", "p-2", "p-3", "p-4"])
holders = st.sampled_from([None, None, "client:union", f"org:{OUTSIDE}", OF_THE_EMPLOYER, LEAD_CLIENT])


def appointments(who: int) -> st.SearchStrategy[Any]:
    roles = sorted({role for side in sides[who] for role in APPOINTS[side]})
    return st.tuples(st.just(who), st.tuples(st.just("appoint"), st.sampled_from(roles), people, holders))


ends = st.tuples(st.integers(0, 2), st.tuples(st.just("end"), st.integers(0, 9)))
steps = st.lists(st.one_of(*map(appointments, range(3)), ends), min_size=8, max_size=25)
OFFICER = Caller("p-boss", ("client:officers", OF_THE_EMPLOYER))
TEAM = Caller("p-team", ("client:team", f"org:{UUID(int=8)}", "scope:cases:oversee"), frozenset({Role.MUTUALS_TEAM}))


def start(*, submitted: bool) -> CaseSnapshot:
    snapshot = build_snapshot(
        Status.EOI_SUBMITTED if submitted else Status.DRAFT, submitted_at=NOW if submitted else None
    )
    lead = party(Role.APPLICANT_LEAD)
    snapshot = replace(snapshot, parties={lead.id: lead})
    return snapshot.with_case(readers=sorted(get_lasting_readers(snapshot.case)))


def walk(snapshot: CaseSnapshot, taken: Sequence[tuple[int, tuple]]) -> list[CaseSnapshot]:  # type: ignore[type-arg]
    """The file after each step; one that is refused leaves it as it was. Every second step is a day later."""
    files = [snapshot]
    for number, (who, (what, *details)) in enumerate(taken):
        now = NOW + timedelta(days=number // 2)
        lead = next(p for p in snapshot.parties.values() if p.role is Role.APPLICANT_LEAD and p.holds(civil_date(now)))
        caller = (Caller(lead.person, (LEAD_CLIENT,)), OFFICER, TEAM)[who]
        try:
            if what == "appoint":
                role, person, holder = details
                snapshot, _ = appointing.appoint(
                    snapshot, NewParty(role=role, person=person, holder=holder), caller, now
                )
            else:
                every = sorted(snapshot.parties)
                snapshot, _ = appointing.end(snapshot, every[details[0] % len(every)], caller, now)
        except Refusal:
            continue
        files.append(snapshot)
    return files


@given(st.booleans(), steps)
def test_the_laws_hold_after_every_step(submitted: bool, taken: list[tuple[int, tuple]]) -> None:  # type: ignore[type-arg]
    files = walk(start(submitted=submitted), taken)
    for before, snapshot in itertools.pairwise([files[0], *files]):
        case, last = snapshot.case, civil_date(NOW + timedelta(days=len(taken)))
        deciding = {p.person for p in snapshot.parties.values() if p.role in DECIDING}
        other = {p.person for p in snapshot.parties.values() if p.role in MAY_NOT_DECIDE}
        assert not deciding & other
        outside = {p.holder for p in snapshot.parties.values() if not is_over(p, last)} - get_lasting_readers(case)
        assert set(case.readers) == get_lasting_readers(case) | outside
        assert submitted or f"org:{EMPLOYER}" not in case.readers
        assert sum(p.role is Role.APPLICANT_LEAD and p.valid_to is None for p in snapshot.parties.values()) == 1
        if submitted:  # who leaves a draft was never in it
            assert assign_pseudonyms(before).items() <= assign_pseudonyms(snapshot).items()
            assert before.parties.keys() <= snapshot.parties.keys()


@given(st.lists(st.integers(-5, 5), max_size=20))
def test_ids_of_parties_grow_whatever_the_clock_says(moments: list[int]) -> None:
    snapshot = start(submitted=False)
    made = []
    for moment in moments:
        id_ = appointing.make_id(snapshot, NOW + timedelta(milliseconds=moment))
        assert id_.version == 7
        snapshot = snapshot.with_party(replace(party(Role.APPLICANT_MEMBER), id=id_))
        made.append(id_)
    assert made == sorted(made)
    assert len(set(made)) == len(made)
