"""An earlier version of a process, as the newest with what was otherwise then.

The newest version stands in the stages as the law has it. Where it corrected something, the stage keeps beside it what
the version before had, for the cases that are pinned to that; it is deleted with the last of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from rtp_applications.workflow.definition import Action, CaseClock, Process, Setting
from rtp_applications.workflow.enums import Status

Part = TypeVar("Part", Action, CaseClock)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The differences of a stage in an earlier version. A part that a route does not have is passed over there."""

    actions: Mapping[str, Callable[[Action], Action]] = field(default_factory=dict)
    """By name: makes the action as it was of what it is now."""
    clocks: Mapping[str, Callable[[CaseClock], CaseClock]] = field(default_factory=dict)
    every_clock: Callable[[CaseClock], CaseClock] | None = None
    """Makes each clock as it was, where all of them differ alike; before what is said of one by name."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    had: Mapping[str, Setting] = field(default_factory=dict)
    """Settings that it had and the newest has not."""
    had_actions: tuple[Action, ...] = ()
    """Actions that it had and the newest has not."""
    never_in: frozenset[Status] = frozenset()
    """Statuses that it did not have."""
    added: frozenset[str] = frozenset()
    """Names of actions, clocks and settings that it did not have."""


def restore(newest: Process, *, version: int, since: date, differences: Iterable[Earlier]) -> Process:
    """Return the version as it was published."""
    process = replace(newest, version=version, since=since)
    for each in differences:
        every = each.every_clock or _keep
        process = replace(
            process,
            actions=(
                *leave_out(
                    each.never_in, (_as_it_was(each.actions, a) for a in process.actions if a.name not in each.added)
                ),
                *each.had_actions,
            ),
            clocks=tuple(
                replace(then, runs_in=then.runs_in - each.never_in)
                for then in (_as_it_was(each.clocks, every(c)) for c in process.clocks if c.name not in each.added)
            ),
            settings={
                **{
                    name: each.settings.get(name, now)
                    for name, now in process.settings.items()
                    if name not in each.added
                },
                **each.had,
            },
        )
    return process


def _keep(now: CaseClock) -> CaseClock:
    return now


def leave_out(statuses: frozenset[Status], actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return the actions as they are where a case never is in these statuses."""
    kept = (replace(action, from_states=action.from_states - statuses) for action in actions)
    return tuple(action for action in kept if action.from_states)


def _as_it_was(former: Mapping[str, Callable[[Part], Part]], now: Part) -> Part:
    return former[now.name](now) if now.name in former else now
