"""Content that goes from a history: the rest is still checked, and what an erasure left can be changed by nobody."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.history.chain import Chain, Entry, check, fold, from_json, seal
from rtp_applications.history.erasing import (
    FORMER,
    commit,
    empty_entry,
    list_changed,
    rewrite_entry,
)
from tests.applications.history.examples import CASE, launched, story

PSEUDONYM = "erased-1"


def rename(entry: Entry, old: str, new: str) -> Entry:
    """The entry with another actor."""
    return rewrite_entry(
        entry,
        lambda value: {**value, "person": new} if isinstance(value, dict) and value.get("person") == old else value,
    )


def follow(entries: list[Entry], *, commits: bool = True) -> list[Entry]:
    """The history with the entry that tells of an erasure."""
    last = entries[-1]
    told = seal(
        case_id=CASE,
        position=last.position + 1,
        at=last.at + timedelta(minutes=1),
        actor={"role": "client", "person": "client.a", "holder": "client:a"},
        action="erase-person",
        version=last.version + 1,
        changes={},
        previous_hash=last.hash,
        commitments=commit(entries) if commits else None,
    )
    return [*entries, told]


def erased() -> list[Entry]:
    return follow([rename(entry, "p1", PSEUDONYM) for entry in launched()])


def test_a_history_without_a_person_holds_and_leads_to_the_same() -> None:
    entries = erased()
    assert check(entries, heads={Chain.CASE: entries[-1].hash}, state=fold(entries)) == []
    assert [each.hash for each in entries[:-1]] == [each.hash for each in launched()]
    assert all(each.erased and each.actor["person"] == PSEUDONYM for each in entries[:-1])
    assert [from_json(each.to_json()) for each in entries] == entries


@given(index=st.integers(0, 3), what=st.sampled_from(["action", "reason", "changes", "actor", "salt", "snapshot"]))
def test_what_an_erasure_left_is_changed_by_nobody(index: int, what: str) -> None:
    entries = erased()
    other = {
        "action": "other",
        "reason": "other",
        "changes": {"/x": [None, 1]},
        "actor": {"role": "x"},
        "salt": "0",
        "snapshot": {"x": 1},
    }
    entries[index] = replace(entries[index], **{what: other[what]})  # type: ignore[arg-type]
    assert "entry 5: the entries before it are not as its erasure left them" in map(str, check(entries))


def test_an_erasure_that_no_entry_tells_of_is_found() -> None:
    entries = launched()
    entries[1] = empty_entry(entries[1])
    assert "entry 2: was erased, and no later entry says so" in map(str, check(entries))
    untold = follow([rename(entry, "p1", PSEUDONYM) for entry in launched()], commits=False)
    assert len([each for each in check(untold) if "no later entry" in each.what]) == 4


def test_what_is_erased_after_the_last_commitment_is_found() -> None:
    entries = erased()
    entries[-1] = rename(entries[-1], "client.a", "x")
    assert any("no later entry" in each.what for each in check(entries))


def test_an_emptied_history_holds_and_says_nothing() -> None:
    entries = follow([empty_entry(entry) for entry in launched()])
    assert check(entries) == []
    assert not any(each.changes or each.reason or each.snapshot for each in entries[:-1])
    assert len({each.salt for each in entries}) == len(entries)


def test_a_second_erasure_commits_anew() -> None:
    again = [rename(entry, PSEUDONYM, "x") for entry in erased()]
    assert check(follow(again)) == check(again[:0]) == []
    assert list_changed(erased()[:1], again[:1]) == again[:1]


def test_whoever_has_not_got_a_chain_is_told_nothing_of_it() -> None:
    entries = story([{}, {"a": 1}])
    assert commit(entries).keys() == {FORMER}
    assert commit([entries[0].withheld(), *entries[1:]]) == {}
