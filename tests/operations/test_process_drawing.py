"""The drawings of a process show its moves and nothing else."""

import re

import pytest

from rtp_applications.processes.views import show_process
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.processes import PROCESSES
from rtp_operations.process_drawing import drawings

ARROW = re.compile(r"^    (\w+) --> (\w+): ([^:;]+)$")
NAMED = re.compile(r'^    state "([^"]+)" as (\w+)$')
REST = re.compile(r"^    (\[\*\] --> draft|classDef ended fill:#\w+(,[\w-]+:#\w+)+|class \w+(,\w+)* ended)$")


@pytest.mark.parametrize(
    "process", [each for each in PROCESSES.values() if each.actions], ids=lambda each: f"{each.route}-{each.version}"
)
def test_every_move_is_drawn_once_and_nothing_else(process: Process) -> None:
    moves = [action.name.replace("-", " ") for action in process.actions if action.leads_to]
    drawn = [drawing for drawing in drawings(show_process(process)) if drawing.startswith("```mermaid")]
    labels: set[str] = set()
    for drawing in drawn:
        opening, kind, *lines, closing = drawing.splitlines()
        assert (opening, kind, closing) == ("```mermaid", "stateDiagram-v2", "```")
        named = {found[2] for line in lines if (found := NAMED.match(line))}
        arrows = [found for line in lines if (found := ARROW.match(line))]
        assert all(NAMED.match(line) or ARROW.match(line) or REST.match(line) for line in lines), drawing
        assert {end for arrow in arrows for end in arrow.groups()[:2]} == named
        assert len({arrow.groups()[:2] for arrow in arrows}) == len(arrows)
        here = {re.sub(r"^[\d, ]+", "", label) for arrow in arrows for label in arrow[3].split(" / ")}
        assert not here & labels, "drawn in both"
        labels |= here
    assert labels == set(moves)
