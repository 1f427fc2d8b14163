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
        after = [each for each in VIEWS if (each.route, each.version) == (view.route, view.version + 1)]
        parts = ("actions", "clocks", "settings")
        actions, clocks, settings = (
            [each for each in getattr(view, name) if not after or each not in getattr(after[0], name)] for name in parts
        )
        for action in actions:
            assert f"**{action.name}**<br>{action.says}" in section
            assert all(f"`{guard.name}` | {guard.says}" in section for guard in action.guards)
        assert all(f"**{clock.name}**" in section and clock.source in section for clock in clocks)
        assert all(f"`{each.name}`" in section and each.source in section for each in settings)


def test_of_an_earlier_version_it_says_what_was_otherwise() -> None:
    text = process_document.document(VIEWS)
    first = text.split("## Right to provide, version 1\n")[1].split("\n## ")[0]
    assert "It had not: `stated-standstill`." in first
    assert "8 working days, by the bank holidays of every part of the United Kingdom" in first
    assert "**acknowledge**" not in first


def test_every_row_of_a_table_has_its_cells() -> None:
    text = process_document.document(VIEWS)
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table[:200]
