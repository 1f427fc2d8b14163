"""docs/process.md, written from the processes as they are published."""

from collections.abc import Iterable, Iterator, Sequence

from rtp_applications.deadlines.rules.days import CalendarName
from rtp_applications.processes.schemas import ActionView, ClockView, ProcessView
from rtp_applications.workflow.enums import Status
from rtp_operations.process_drawing import FEW, drawings, words

CALENDARS = {
    CalendarName.SCOTLAND: "Scotland",
    CalendarName.NORTHERN_IRELAND: "Northern Ireland",
    CalendarName.ANY_UK: "every part of the United Kingdom",
}
HEAD = """# The process

Generated from the definitions that the platform goes by: run `make docs`, never edit it by hand. The same as JSON, with
what has to be given with each action: `GET /v1/processes/{route}/versions/{version}`.

A case is pinned to the version in which it began, until somebody moves it; of earlier versions, what was otherwise than
in the one after it is at the end. Row numbers say which row of the designed process an action carries
out; actions without one put facts on file that others ask for. Where several sign, each entry is one person, and nobody
signs twice. All conditions of an action must hold; the last table of a route says what each asks for.
"""


def document(processes: Sequence[ProcessView]) -> str:
    newest = {each.route: each for each in sorted(processes, key=lambda each: each.version)}
    now = [each for each in processes if each is newest[each.route]]
    earlier = [each for each in processes if each is not newest[each.route]]
    contents = [f"- [{title(each)}](#{_anchor(title(each))})" for each in (*now, *earlier)]
    parts = [
        HEAD,
        "\n".join(contents),
        *map(_process, now),
        *(_earlier(each, _find_next(each, processes)) for each in earlier),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _find_next(process: ProcessView, processes: Sequence[ProcessView]) -> ProcessView:
    return next(each for each in processes if (each.route, each.version) == (process.route, process.version + 1))


def _process(process: ProcessView) -> str:
    parts = [f"## {title(process)}", process.says, f"Since {process.since}."]
    if process.actions:
        parts += list(drawings(process))
        moving = sorted((each for each in process.actions if each.rows), key=lambda each: each.rows)
        beside = [each for each in process.actions if not each.rows]
        parts += ["### Rows", _actions(process, moving)]
        parts += ["### Facts, and what stands apart from the rows", _actions(process, beside)]
    else:
        parts += ["Its cases may stand in: " + ", ".join(words(each.status) for each in process.statuses) + "."]
    if process.clocks:
        parts += ["### Clocks", _clocks(process)]
    if process.settings:
        parts += ["### Settings", _settings(process)]
    if process.grounds:
        parts += ["### Grounds of refusal", "The law closes the list.", _list(process.grounds)]
    if process.actions:
        parts += ["### Conditions", _conditions(process)]
    return "\n\n".join(parts)


def _earlier(process: ProcessView, following: ProcessView) -> str:
    """Write what was otherwise in an earlier version than in the one after it."""
    actions, clocks, settings = (
        [each for each in getattr(process, name) if each not in getattr(following, name)]
        for name in ("actions", "clocks", "settings")
    )
    other = process.model_copy(update={"actions": actions, "clocks": clocks, "settings": settings})
    added = _list_added(process, following)
    parts = [f"## {title(process)}", f"Since {process.since}. As version {following.version}, but for this."]
    if added:
        parts += [f"It had not: {added}."]
    if actions:
        parts += ["### Actions", _actions(other, actions), "### Conditions", _conditions(other)]
    if clocks:
        parts += ["### Clocks", _clocks(other)]
    if settings:
        parts += ["### Settings", _settings(other)]
    return "\n\n".join(parts)


def _list_added(process: ProcessView, following: ProcessView) -> str:
    had = {each.name for part in (process.actions, process.clocks, process.settings) for each in part}
    has = (each.name for part in (following.actions, following.clocks, following.settings) for each in part)
    return ", ".join(f"`{name}`" for name in has if name not in had)


def title(process: ProcessView) -> str:
    return f"{words(process.route)}, version {process.version}"


def _anchor(title: str) -> str:
    return title.lower().replace(",", "").replace(" ", "-")


def _actions(process: ProcessView, actions: Iterable[ActionView]) -> str:
    rows = (
        (
            ", ".join(map(str, each.rows)),
            f"**{each.name}**<br>{each.says}",
            _statuses(process, each.starts),
            _several(each.to) or "stays",
            " *and* ".join(" or ".join(map(words, slot)) for slot in each.who),
            ", ".join(f"`{guard.name}`" for guard in each.guards),
        )
        for each in actions
    )
    return make_table(("Row", "Action", "From", "To", "Who", "Conditions"), rows)


def _clocks(process: ProcessView) -> str:
    rows = (
        (
            f"**{each.name}**<br>{each.says}",
            _length(each) + _calendar(each) + (f"<br>own rule: `{each.rule}`" if each.rule else ""),
            f"{words(each.basis)}: {each.source}",
            _statuses(process, each.runs_in),
            _several(each.pauses_in) or ("while suspended" if each.pausable else "never"),
            f"`{each.on_end}`" if each.on_end else "",
        )
        for each in process.clocks
    )
    return make_table(("Clock", "Length", "Basis and source", "Runs in", "Pauses in", "At its end"), rows)


def _calendar(clock: ClockView) -> str:
    """Name the calendar, where it matters and is not the usual one."""
    counts = clock.length is not None and clock.length.unit.needs_holidays
    usual = clock.calendar is CalendarName.ENGLAND_AND_WALES
    return "" if usual or not counts else f", by the bank holidays of {CALENDARS[clock.calendar]}"


def _settings(process: ProcessView) -> str:
    rows = (
        (f"`{each.name}`", describe_value(each.value), f"{each.tag}: {each.source}", str(each.since))
        for each in process.settings
    )
    return make_table(("Setting", "Value", "Source", "Since"), rows)


def _conditions(process: ProcessView) -> str:
    every = {(guard.name, guard.says): guard for action in process.actions for guard in action.guards}
    rows = (
        (f"`{name}`", says, "what is given" if guard.reads_given else "the case")
        for (name, says), guard in every.items()
    )
    return make_table(("Condition", "What it asks for", "Of"), rows)


def make_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _statuses(process: ProcessView, some: Sequence[Status]) -> str:
    """The statuses; where they are many, those that are missing of all open ones, if that is shorter."""
    still_open = [each.status for each in process.statuses if not each.ended]
    but, besides = [e for e in still_open if e not in some], [e for e in some if e not in still_open]
    if len(some) <= FEW or len(but) + len(besides) >= len(some):
        return _several(some)
    return (
        "any open stage" + (f" but {_several(but)}" if but else "") + (f", or {_several(besides)}" if besides else "")
    )


def _several(statuses: Sequence[str]) -> str:
    return ", ".join(map(words, statuses))


def _length(clock: ClockView) -> str:
    if clock.length is None:
        return "only by the body's own rule" if clock.rule else "as what is on file states"
    return f"{clock.length.number} {words(clock.length.unit).lower()}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {words(each)}" for each in items)


def describe_value(value: object) -> str:
    """As a person reads it: lists by commas, tables line by line."""
    if isinstance(value, dict):
        return "<br>".join(f"{name}: {describe_value(each)}" for name, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_in_lines(value))
    return str(value)


def _in_lines(values: Iterable[object]) -> Iterator[str]:
    return (describe_value(each) for each in values)
