"""A case's history: the fold, and what the check finds."""

import re
import uuid
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.history.canonical import NotCanonical, canonical, read_json
from rtp_applications.history.chain import (
    FIRST,
    Chain,
    Entry,
    Erased,
    NotAnEntry,
    Withheld,
    check,
    fold,
    from_json,
    seal,
)
from tests.applications.history.examples import CASE, START, launched, resealed, sealed_content, states, story

stories = st.lists(states, min_size=1, max_size=5)


def said(entries: Any, **more: Any) -> list[str]:
    return [str(fault) for fault in check(entries, **more)]


# The fold


@given(stories, st.lists(st.booleans(), max_size=5))
def test_folding_gives_the_state_at_every_time(told: list[dict[str, Any]], snapshots: list[bool]) -> None:
    entries = story(told, snapshots)
    assert canonical(fold(entries)) == canonical(told[-1])
    for index, state in enumerate(told):
        for seconds in (0, 59):
            assert canonical(fold(entries, START + timedelta(minutes=index, seconds=seconds))) == canonical(state)
    assert fold(entries, START - timedelta(microseconds=1)) == {}
    assert said(entries, heads={Chain.CASE: entries[-1].hash}, state=told[-1]) == []


@given(stories, st.data())
def test_a_start_from_any_snapshot_gives_the_same(told: list[dict[str, Any]], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(told) - 1))
    snapshots = [index == start for index in range(len(told))]
    assert canonical(fold(story(told, snapshots)[start:])) == canonical(fold(story(told)))


def test_a_withheld_entry_is_skipped() -> None:
    first, second, third, fourth = launched()
    seen: list[Entry | Withheld] = [first, second, third.withheld(), fourth]
    assert fold(seen)["status"] == "launched"
    assert "d1" not in fold(seen)["deadlines"]
    assert fold(seen, third.at)["status"] == "submitted"


# The check


def test_an_entry_reads_back_from_its_json() -> None:
    for entry in launched():
        assert from_json(read_json(canonical(entry.to_json()))) == entry
        assert from_json(read_json(canonical(entry.withheld().to_json()))) == entry.withheld()


def test_a_time_in_another_zone_is_the_same_entry() -> None:
    entry = launched()[0]
    there = entry.at.astimezone(timezone(timedelta(hours=5)))
    assert seal(**sealed_content(entry) | {"at": there}) == entry
    with pytest.raises(ValueError, match="without its zone"):
        seal(**sealed_content(entry) | {"at": datetime(2026, 1, 1)})  # noqa: DTZ001


def test_an_entry_with_a_float_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="float"):
        seal(case_id=CASE, position=1, at=START, actor={}, action="a", version=1, changes={"/share": [None, 0.5]})


@given(stories, st.data())
def test_any_field_changed_is_found(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = story(told)
    index = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(sorted(FORGERIES)))
    forged = replace(entries[index], **{name: FORGERIES[name](getattr(entries[index], name))})
    assert forged != entries[index]
    faults = said([*entries[:index], forged, *entries[index + 1 :]], heads={Chain.CASE: entries[-1].hash})
    assert any(re.match(rf"entry {forged.position}( of draft)?: ", fault) for fault in faults)


FORGERIES: dict[str, Callable[[Any], Any]] = {
    "case_id": lambda case_id: type(case_id)(int=case_id.int ^ 1),
    "position": lambda position: position + 1,
    "at": lambda at: at + timedelta(microseconds=1),
    "actor": lambda actor: actor | {"role": "commissioner"},
    "action": lambda action: action + "!",
    "reason": lambda reason: None if reason else "",
    "version": lambda version: version + 1,
    "changes": lambda changes: changes | {"/forged": [None, True]},
    "snapshot": lambda snapshot: (snapshot or {}) | {"forged": True},
    "events": lambda events: [*events, {}],
    "audience": lambda audience: "bodies" if audience == "everybody" else "everybody",
    "salt": lambda salt: salt[::-1] + "0",
    "previous_hash": lambda digest: bytes([digest[0] ^ 1]) + digest[1:],
    "hash": lambda digest: bytes([digest[0] ^ 1]) + digest[1:],
    "chain": lambda chain: None if chain else Chain.DRAFT,
    "commitments": lambda said: (said or {}) | {"case": "00" * 32},
    "erased": lambda erased: None if erased else Erased.IN_PART,
}


def test_every_field_is_forged_in_turn() -> None:
    assert FORGERIES.keys() == {field.name for field in fields(Entry) if field.compare}


@given(st.data())
def test_any_byte_changed_in_an_entrys_json_is_found(data: st.DataObject) -> None:
    entries = launched()
    index = data.draw(st.integers(0, len(entries) - 1))
    text = bytearray(canonical(entries[index].to_json()))
    where = data.draw(st.integers(0, len(text) - 1))
    text[where] ^= data.draw(st.integers(1, 255))
    try:
        forged = from_json(read_json(bytes(text)))
    except ValueError as refusal:  # it does not even read as an entry
        assert isinstance(refusal, NotAnEntry | NotCanonical)  # noqa: PT017
        return
    assert check([*entries[:index], forged, *entries[index + 1 :]], heads={Chain.CASE: entries[-1].hash})


@given(stories.filter(lambda told: len(told) > 1), st.data())
def test_entries_in_another_order_are_found(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = story(told)
    shuffled = data.draw(st.permutations(entries))
    assert bool(check(shuffled, heads={Chain.CASE: entries[-1].hash})) == (shuffled != entries)


@given(stories, st.data())
def test_an_entry_left_out_is_found(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = story(told)
    gone = data.draw(st.integers(0, len(entries) - 1))
    assert check(entries[:gone] + entries[gone + 1 :], heads={Chain.CASE: entries[-1].hash})
    hidden = [entry.withheld() if entry.position == gone + 1 else entry for entry in entries]
    assert check(hidden, heads={Chain.CASE: entries[-1].hash}) == []


@given(stories, st.data())
def test_an_entry_put_in_is_found(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = story(told)
    place = data.draw(st.integers(0, len(entries)))
    more = entries[data.draw(st.integers(0, len(entries) - 1))]
    previous = entries[place - 1].hash if place else FIRST
    forged = seal(**sealed_content(more) | {"position": place + 1, "previous_hash": previous, "action": "forged"})
    assert check([*entries[:place], forged, *entries[place:]], heads={Chain.CASE: entries[-1].hash})


def test_history_rewritten_with_all_its_hashes_is_found_by_the_head() -> None:
    entries = launched()
    rewritten = resealed([replace(entries[0], action="forged"), *entries[1:]])
    assert said(rewritten) == []
    assert said(rewritten, heads={Chain.CASE: entries[-1].hash}) == ["entry 4: is last, but the head is another hash"]


def test_each_fault_is_named() -> None:
    one, two, three, four = launched()
    assert said([two, three, four])[:2] == [
        "entry 2: stands where entry 1 should",
        "entry 2: is first, but continues from another",
    ]
    assert said([one, two, four]) == [
        "entry 4: stands where entry 3 should",
        "entry 4: does not continue from the entry before",
        "entry 4: its before of /status is not what was there",
    ]
    assert said([one, replace(two, action="x"), three, four]) == ["entry 2: its hash is not that of its content"]
    assert said([replace(one, reason="\ud800")]) == [
        "entry 1: cannot be hashed: a string holds half of a surrogate pair"
    ]


def test_a_history_cut_off_is_found_by_the_head() -> None:
    entries = launched()
    assert said(entries[:3]) == []
    assert said(entries[:3], heads={Chain.CASE: entries[3].hash}) == ["entry 3: is last, but the head is another hash"]
    assert said([], heads={Chain.CASE: entries[3].hash}) == ["there is no entry, but a head"]


def test_a_state_that_the_history_does_not_tell_is_found_unless_part_is_withheld() -> None:
    *entries, last = launched()
    assert said([*entries, last], state={"status": "refused"}) == ["the state is not what the entries lead to"]
    assert said([*entries, last.withheld()], state={"status": "refused"}) == []
    assert said([*entries, last], state={"share": 0.5}) == [
        "the state cannot be compared: 0.5 is a float: say it in whole numbers or as a string"
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"at": START - timedelta(days=1)}, "entry 3: is earlier than entry 2"),
        ({"version": 1}, "entry 3: has a lower version than entry 2"),
        ({"case_id": FORGERIES["case_id"](CASE)}, "entry 3: is of another case than entry 2"),
        ({"snapshot": {"status": "refused"}}, "entry 3: its snapshot is not what the changes lead to"),
        ({"changes": {"/status": ["refused", "accepted"]}}, "entry 3: its before of /status is not what was there"),
        (
            {"changes": {"/status/1": [None, 1]}},
            "entry 3: its changes cannot be applied: status is not a table",
        ),
    ],
)
def test_what_a_true_hash_does_not_excuse_is_found(change: dict[str, Any], fault: str) -> None:
    one, two, three, _ = launched()
    assert said(resealed([one, two, replace(three, **change)]))[0] == fault


def test_a_case_may_begin_with_a_state_that_was_imported() -> None:
    imported = seal(
        case_id=CASE, position=1, at=START, actor={}, action="import", version=1, changes={}, snapshot={"status": "a"}
    )
    assert said([imported], state={"status": "a"}) == []
    assert fold([imported]) == {"status": "a"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "not an object"),
        ({}, "missing"),
        ({"withheld": True}, "position is of the wrong type"),
        (
            {"withheld": True, "position": True, "previousHash": "00" * 32, "hash": "00" * 32},
            "position is of the wrong",
        ),
        ({"withheld": False, "position": 1, "previousHash": "00" * 32, "hash": "00" * 32}, "in another way"),
        ({"withheld": True, "position": 1, "previousHash": "00" * 32, "hash": "AB" * 32}, "in another way"),
        ({"withheld": True, "position": 1, "previousHash": "00", "hash": "00" * 32}, "64 hexadecimal digits"),
        ({"at": "yesterday"}, "Invalid isoformat"),
        ({"at": "2026-03-01T09:00:00+00:00"}, "in another way"),
        ({"at": "0001-01-01T00:00:00.000000+23:00"}, "out of range"),
        ({"position": 1.0}, "position is of the wrong type"),
        ({"events": [1]}, "events are not all objects"),
        ({"changes": {"/a": [1, 2, 3]}}, r"/a is not \[before, after\]"),
        ({"changes": {"a": [1]}}, "is not a pointer"),
        ({"more": 1}, "holds more"),
        ({"caseId": "x"}, "badly formed"),
    ],
)
def test_what_is_no_entry_is_refused(record: Any, reason: str) -> None:
    whole = isinstance(record, dict) and record and "withheld" not in record
    with pytest.raises(NotAnEntry, match=reason):
        from_json(launched()[0].to_json() | record if whole else record)


def test_a_withheld_entry_tells_nothing() -> None:
    entry = launched()[1]
    assert entry.withheld() == Withheld(2, entry.previous_hash, entry.hash)
    assert entry.withheld().to_json().keys() == {"withheld", "position", "previousHash", "hash"}


def test_what_a_withheld_entry_says_cannot_be_tried_out() -> None:
    """Its place, time, actor and version are known from the entry beside it, and few ratings are possible."""
    known: dict[str, Any] = {
        "case_id": uuid.UUID(int=1),
        "position": 7,
        "at": datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        "actor": {"role": "case-officer", "person": "p-1", "holder": "client:council"},
        "action": "rate-strand",
        "version": 9,
        "audience": "bodies",
    }
    rated = [seal(**known, changes={"/records/assurance-rating:finance": [None, {"rating": "red"}]}) for _ in range(2)]
    assert len(rated[0].salt) == 32
    assert rated[0].salt != rated[1].salt
    assert rated[0].hash != rated[1].hash
    assert "salt" not in rated[0].withheld().to_json()
    again = seal(**known, changes=rated[0].changes, salt=rated[0].salt)
    assert again == rated[0]
