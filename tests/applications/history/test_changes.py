"""Changes between two states, and applying them."""

from typing import Any

import pytest
from hypothesis import given

from rtp_applications.history.canonical import canonical, read_json
from rtp_applications.history.changes import NotAChange, apply, list_differences
from tests.applications.history.examples import states


@given(states, states)
def test_applying_the_differences_gives_what_came_after(before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = canonical(before)
    assert canonical(apply(before, list_differences(before, after))) == canonical(after)
    assert canonical(before) == kept


@given(states)
def test_nothing_changed_is_no_difference(state: dict[str, Any]) -> None:
    assert list_differences(state, read_json(canonical(state))) == {}


def test_a_change_of_a_row_is_a_change_of_that_row_alone() -> None:
    before = {"status": "a", "deadlines": {"1": {"due": "x"}, "2": {"due": "y"}}, "notes": {"1": 1}}
    after = {"status": "a", "deadlines": {"1": {"due": "z"}, "a/b~": {"due": "y"}}, "notes": {"1": 2}}
    assert list_differences(before, after) == {
        "/deadlines/1": [{"due": "x"}, {"due": "z"}],
        "/deadlines/2": [{"due": "y"}],
        "/deadlines/a~1b~0": [None, {"due": "y"}],
        "/notes": [{"1": 1}, {"1": 2}],
    }


def test_null_is_not_absence_and_true_is_not_one() -> None:
    before, after = {"a": 1, "b": None, "c": 3}, {"a": True, "c": None, "d": None}
    changes = list_differences(before, after)
    assert changes == {"/a": [1, True], "/b": [None], "/c": [3, None], "/d": [None, None]}
    assert canonical(apply(before, changes)) == canonical(after)


@pytest.mark.parametrize("pointer", ["", "a", "/a/b/c"])
def test_a_pointer_to_elsewhere_is_refused(pointer: str) -> None:
    with pytest.raises(NotAChange, match="is not a pointer"):
        apply({}, {pointer: [None, 1]})


def test_a_row_of_what_is_no_table_is_refused() -> None:
    with pytest.raises(NotAChange, match="status is not a table"):
        apply({"status": "draft"}, {"/status/1": [None, 1]})
