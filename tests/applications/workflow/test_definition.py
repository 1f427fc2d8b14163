"""The parts of a process: guards are added and dropped by name, actions replaced by name, clocks found by name."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from rtp_applications import workflow
from rtp_applications.workflow.definition import Guard, replace_actions
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE, Processes

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


def list_guards() -> Iterator[tuple[str, Guard]]:
    """Yield each guard that a module of the workflow holds, with where it is."""
    for found in pkgutil.walk_packages(workflow.__path__, f"{workflow.__name__}."):
        module = importlib.import_module(found.name)
        yield from ((f"{found.name}.{name}", each) for name, each in vars(module).items() if isinstance(each, Guard))


def test_each_guard_is_named_by_an_action_of_some_version() -> None:
    named = {guard for process in Processes().list_all() for action in process.actions for guard in action.guards}
    unnamed = sorted(where for where, guard in list_guards() if guard not in named)
    assert unnamed == [], "name each in the guards of its action (actions.py of its stage), or take it out"
