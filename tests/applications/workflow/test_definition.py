"""The parts of a process: guards are added and dropped by name, actions replaced by name, clocks found by name."""

import pytest

from rtp_applications.workflow.definition import Guard, replace_actions
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE

SUBMIT, WITHDRAW = (RIGHT_TO_PROVIDE.by_name[name] for name in ("submit", "withdraw"))
FULL_MOON = Guard("full-moon", "The moon is full.", lambda step: "wait")


def test_guards_are_added_after_an_action_s_own_and_dropped_by_name() -> None:
    more = WITHDRAW.with_guards(FULL_MOON)
    assert [each.name for each in more.guards] == ["majority-recorded", "full-moon"]
    assert more.without_guard("full-moon") == WITHDRAW
    assert more.without_guard("majority-recorded").guards == (FULL_MOON,)


def test_a_guard_that_is_not_there_cannot_be_dropped_nor_one_added_twice() -> None:
    with pytest.raises(ValueError, match="has no guard full-moon"):
        WITHDRAW.without_guard("full-moon")
    with pytest.raises(ValueError, match="has a guard full-moon already"):
        WITHDRAW.with_guards(FULL_MOON).with_guards(FULL_MOON)


def test_actions_are_replaced_by_name() -> None:
    changed = WITHDRAW.with_guards(FULL_MOON)
    assert replace_actions((SUBMIT, WITHDRAW), changed) == (SUBMIT, changed)
    with pytest.raises(ValueError, match="withdraw"):
        replace_actions((SUBMIT,), changed)


def test_a_clock_is_found_by_name() -> None:
    assert [RIGHT_TO_PROVIDE.find_clock(each.name) for each in RIGHT_TO_PROVIDE.clocks] == [*RIGHT_TO_PROVIDE.clocks]
    assert RIGHT_TO_PROVIDE.find_clock("full-moon") is None
