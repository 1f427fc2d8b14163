"""The document that is generated from the processes."""

import re

from rtp_applications.processes.views import show_process
from rtp_applications.workflow.processes import PROCESSES
from rtp_operations import process_document

VIEWS = [show_process(each) for each in PROCESSES.values()]


def test_the_document_holds_every_action_condition_clock_and_setting() -> None:
    text = process_document.document(VIEWS)
    for view in VIEWS:
        section = text.split(f"## {process_document.title(view)}\n")[1].split("\n## ")[0]
        for action in view.actions:
            assert f"**{action.name}**<br>{action.says}" in section
            assert all(f"`{guard.name}` | {guard.says}" in section for guard in action.guards)
        assert all(f"**{clock.name}**" in section and clock.source in section for clock in view.clocks)
        assert all(f"`{each.name}`" in section and each.source in section for each in view.settings)


def test_every_row_of_a_table_has_its_cells() -> None:
    text = process_document.document(VIEWS)
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table[:200]
