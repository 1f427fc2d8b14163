"""A process as diagrams in Mermaid: the way through it, and apart from it what may happen at (nearly) any stage."""

from collections.abc import Iterable, Iterator, Sequence

from rtp_applications.processes.schemas import ActionView, ProcessView
from rtp_applications.workflow.enums import Status

FEW = 3
"""From how many statuses an action may start and still be drawn as an arrow from each."""
SHORTENED = {"eoi": "EOI", "nhs": "NHS"}

Arrow = tuple[str, str]


def words(name: str) -> str:
    """A word of a closed list as a person reads it."""
    text = " ".join(SHORTENED.get(part, part) for part in name.split("-"))
    return text[:1].upper() + text[1:]


def drawings(process: ProcessView) -> Iterator[str]:
    moving = [each for each in process.actions if each.to]
    onwards = [each for each in moving if len(each.starts) <= FEW and not _goes_back_from_an_end(each, process)]
    yield "### The way through"
    yield _draw(process, onwards)
    if apart := [each for each in moving if each not in onwards]:
        yield "### After a refusal, and at any stage"
        yield _draw(process, apart)


def _goes_back_from_an_end(action: ActionView, process: ProcessView) -> bool:
    ended = {each.status for each in process.statuses if each.ended}
    return set(action.starts) <= ended


def _draw(process: ProcessView, actions: Sequence[ActionView]) -> str:
    arrows = _arrows(process, actions)
    ended = [each.status for each in process.statuses if each.ended]
    drawn = list(dict.fromkeys(end for arrow in arrows for end in arrow))
    named = [f'    state "{words(each)}" as {_id(each)}' for each in drawn]
    begun = [f"    [*] --> {_id(Status.DRAFT)}"] if Status.DRAFT in drawn else []
    lines = [f"    {_id(start)} --> {_id(to)}: {' / '.join(labels)}" for (start, to), labels in arrows.items()]
    over = [f"    class {','.join(_id(each) for each in drawn if each in ended)} ended"]
    styles = ["    classDef ended fill:#eeeeee,stroke:#888888,color:#333333"]
    return "\n".join(["```mermaid", "stateDiagram-v2", *named, *begun, *lines, *styles, *over, "```"])


def _arrows(process: ProcessView, actions: Iterable[ActionView]) -> dict[Arrow, list[str]]:
    """Each arrow with what goes along it: one arrow for all actions between the same two statuses."""
    arrows: dict[Arrow, list[str]] = {}
    for action in actions:
        for start in _starts(process, action):
            for to in action.to:
                arrows.setdefault((start, to), []).append(_label(action))
    return arrows


def _starts(process: ProcessView, action: ActionView) -> list[str]:
    """The statuses it starts from, or one box for all of them where they are many."""
    if len(action.starts) <= FEW:
        return list(action.starts)
    still_open = {each.status for each in process.statuses if not each.ended}
    return ["any-open-stage" if set(action.starts) == still_open else "any-stage-after-a-decision"]


def _label(action: ActionView) -> str:
    rows = ", ".join(map(str, action.rows))
    return f"{rows} {action.name}".strip().replace("-", " ")


def _id(status: str) -> str:
    return status.replace("-", "_")
