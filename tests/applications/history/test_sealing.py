"""Chains for each circle of readers: what is done out of a reader's sight leaves no trace in what it sees."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import Calendars
from rtp_applications.history.chain import FIRST, Chain, Entry, check, find_ends, seal
from rtp_applications.history.checking import find_faults
from rtp_applications.history.sealing import begin_case_chains, seal_entries
from rtp_applications.sides import count_version, is_on_bodies_side, show_to
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience, Role, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature, SignedRecord
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.identities import SYSTEM
from tests.applications.history.examples import CASE, START, sealed_content

GROUP = Caller("p-lead", ("client:portal",))
FRIEND = Caller("p-friend", ("client:friend",))
"""An adviser who was let into the draft."""
OFFICER = Caller("p-officer", ("client:officers", OVERSIGHT))
REVIEWER = Caller("p-reviewer", ("client:reviewers",))
READERS = {"group": GROUP, "friend": FRIEND, "officer": OFFICER, "reviewer": REVIEWER}

steps = st.lists(st.booleans(), max_size=6)
"""Each confidential or not."""


class Past(NamedTuple):
    case: CaseSnapshot
    entries: list[Entry]


def make_past(drafted: int, confidential: Sequence[bool]) -> Past:
    """A case that was edited so often as a draft, submitted, and then went through these steps.

    The time of a step depends on the shared ones before it alone; a confidential one comes an hour later.
    """
    case = CaseSnapshot(
        case=Facts(
            id=CASE,
            number="RTP-482-715-9361",
            route=Route.RIGHT_TO_PROVIDE,
            process_version=1,
            status=Status.DRAFT,
            version=1,
            sequence=0,
            opened_by="portal",
            readers=["client:portal", "client:friend", *SYSTEM],
            opened_at=START,
            changed_at=START,
        ),
        calendars=Calendars.of([]),
    )
    past = Past(*seal_entries(None, case, action="open", by=sign(), at=START))
    for number in range(drafted):
        past = take(past, past.case.with_case(summary=f"draft {number}"), "edit")
    readers = ["client:portal", "client:friend", "client:reviewers", OVERSIGHT, *SYSTEM]
    submitted = past.case.with_case(submitted_at=START + timedelta(days=1), readers=readers, summary="whole")
    past = take(past, submitted, "submit", discloses=True, days=1)
    shared = 0
    for number, hidden in enumerate(confidential):
        shared += not hidden
        record = SignedRecord("rating", str(number), {"score": number}, (sign(),), Audience.BODIES)
        after = past.case.with_record(record) if hidden else past.case.with_case(headcount=shared)
        past = take(past, after, "rate" if hidden else "count", days=1 + shared, hours=int(hidden))
    return past


def sign() -> Signature:
    return Signature(Role.APPLICANT_LEAD, "p-lead", "client:portal", START)


def take(
    past: Past, after: CaseSnapshot, action: str, *, discloses: bool = False, days: int = 0, hours: int = 0
) -> Past:
    at = START + timedelta(days=days, hours=hours)
    after = after.with_case(version=past.case.case.version + 1, changed_at=at)
    after = begin_case_chains(past.case, after)
    after, entries = seal_entries(past.case, after, action=action, by=sign(), at=at, discloses=discloses)
    return Past(after, [*past.entries, *entries])


def list_seen(past: Past, caller: Caller) -> list[Entry]:
    """The entries of the caller's chains."""
    own = {
        "group": {Chain.DRAFT, Chain.CASE},
        "officer": {Chain.CASE, Chain.BODIES},
    }
    name = next(name for name, each in READERS.items() if each is caller)
    return [entry for entry in past.entries if entry.chain in own.get(name, {Chain.CASE})]


def describe(past: Past, caller: Caller) -> object:
    """All that a reader could count."""
    shown = show_to(caller, past.case).case
    entries = list_seen(past, caller)
    told = [(each.chain, each.position, count_version(past.case.case, caller, at=each), each.at) for each in entries]
    ends = {chain: end.position for chain, end in find_ends(entries).items()}
    return told, ends, shown.version, shown.changed_at


@given(st.integers(0, 3), steps)
def test_confidential_steps_leave_no_trace_for_those_who_may_not_know_of_them(drafted: int, hidden: list[bool]) -> None:
    past, without = make_past(drafted, hidden), make_past(drafted, [each for each in hidden if not each])
    for caller in (GROUP, FRIEND, REVIEWER):
        assert not is_on_bodies_side(past.case.case, caller)
        assert describe(past, caller) == describe(without, caller)


@given(st.integers(0, 3), st.integers(0, 3), steps)
def test_how_long_a_draft_took_leaves_no_trace_for_those_who_did_not_see_it(
    drafted: int, otherwise: int, hidden: list[bool]
) -> None:
    for caller in (OFFICER, REVIEWER):
        assert describe(make_past(drafted, hidden), caller) == describe(make_past(otherwise, hidden), caller)


@pytest.mark.parametrize("name", READERS)
@given(drafted=st.integers(0, 3), hidden=steps)
def test_each_reader_counts_its_steps_by_ones_and_can_follow_its_chains(
    name: str, drafted: int, hidden: list[bool]
) -> None:
    past, caller = make_past(drafted, hidden), READERS[name]
    entries = list_seen(past, caller)
    assert not check(entries, heads={chain: end.hash for chain, end in find_ends(entries).items()})
    versions = list(dict.fromkeys(count_version(past.case.case, caller, at=each) for each in entries))
    assert versions == list(range(versions[0], versions[0] + len(versions)))
    assert versions[-1] == count_version(past.case.case, caller)
    assert versions[0] == (1 if name != "friend" else drafted + 2)


def test_what_moves_no_version_does_not_tell_when_a_confidential_step_was() -> None:
    """Such as a barrier that is disclosed."""
    past = make_past(0, [False, True])
    seen = show_to(GROUP, past.case).case
    told, _ = seal_entries(past.case, past.case, action="disclose-barrier", by=sign(), at=past.case.case.changed_at)
    after = show_to(GROUP, told).case
    assert (after.version, after.changed_at) == (seen.version, seen.changed_at)


@given(st.integers(0, 3), steps, st.data())
def test_an_entry_of_any_chain_left_out_or_changed_is_found(
    drafted: int, hidden: list[bool], data: st.DataObject
) -> None:
    past = make_past(drafted, hidden)
    assert not find_faults(past.entries, past.case)
    index = data.draw(st.integers(0, len(past.entries) - 1))
    entry = past.entries[index]
    for instead in ([], [replace(entry, reason="forged")], [replace(entry, chain=None)]):
        assert find_faults([*past.entries[:index], *instead, *past.entries[index + 1 :]], past.case)


def test_what_is_disclosed_to_all_never_holds_what_is_for_the_bodies_alone() -> None:
    draft = make_past(1, []).case
    hidden = SignedRecord("note", "", {"note": "for the bodies"}, (), Audience.BODIES)
    open_to_all = SignedRecord("note", "open", {"note": "for everybody"}, (), Audience.EVERYBODY)
    held = draft.with_record(hidden).with_record(open_to_all)
    _, entries = seal_entries(held, held, action="submit", by=sign(), at=START, discloses=True)
    [told] = [each.snapshot for each in entries if each.snapshot is not None]
    assert list(told["records"]) == ["note:open"]


@given(st.integers(1, 3), st.booleans(), steps)
def test_entries_of_before_there_were_chains_are_continued(
    drafted: int, submitted: bool, confidential: list[bool]
) -> None:
    """Also where a process of the release before writes once more in between."""
    whole = make_past(drafted, [])
    draft = {"submitted_at": None, "readers": whole.case.case.draft_readers, "summary": f"draft {drafted - 1}"}
    case = whole.case if submitted else whole.case.with_case(**draft)
    past = Past(case.with_case(draft_steps=0, draft_readers=()), [])
    for entry in whole.entries if submitted else whole.entries[:-1]:
        past = seal_without_chain(past, entry)
    past = Past(past.case.with_case(chain_position=len(past.entries)), past.entries)
    past = take(past, past.case.with_case(headcount=1), "count", days=2)
    again = seal(**sealed_content(past.entries[-1]) | {"changes": {}, "chain": None})
    past = seal_without_chain(past, again)
    for number, hidden in enumerate(confidential):
        record = SignedRecord("rating", str(number), {}, (sign(),), Audience.BODIES if hidden else Audience.EVERYBODY)
        past = take(past, past.case.with_record(record), "rate", days=3)
    assert not find_faults(past.entries, past.case)
    assert not check([entry for entry in past.entries if entry.chain is not Chain.BODIES])


def seal_without_chain(past: Past, entry: Entry) -> Past:
    """Add the entry as the release before did: all in one chain, counted by what is now the place."""
    case = past.case.case
    place = len(past.entries) + 1
    content = {"chain": None, "position": place, "version": case.version, "at": max(entry.at, case.changed_at)}
    previous = case.audit_hash if past.entries else FIRST
    old = replace(seal(**sealed_content(entry) | content | {"previous_hash": previous}), place=place)
    return Past(past.case.with_case(audit_position=place, audit_hash=old.hash), [*past.entries, old])
