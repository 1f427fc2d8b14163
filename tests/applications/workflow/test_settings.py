"""What a body may set for itself, the process reads, and what the process says a body may set can be set."""

from rtp_applications.bodies.rules import Rule
from rtp_applications.retention.schedule import RetentionClass
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.processes import PROCESSES

READ_BY_NAME = {Rule.EOI_WINDOWS, Rule.WORKING_DAY_CALENDAR, Rule.CONSTITUTION}
"""Rules that no clock and no setting carries."""


def test_every_rule_that_a_clock_names_can_be_set() -> None:
    named = {clock.rule for process in PROCESSES.values() for clock in process.clocks if clock.rule}
    assert named <= {rule.value for rule in Rule}


def test_every_rule_that_can_be_set_is_read_by_some_process_or_says_how_long_a_case_is_kept() -> None:
    read = {clock.rule for process in PROCESSES.values() for clock in process.clocks}
    read |= {name for process in PROCESSES.values() for name in process.settings}
    read |= {each.rule for each in RetentionClass}
    assert {rule.value for rule in Rule if rule not in READ_BY_NAME} <= read


def test_every_setting_has_a_source_and_says_how_sure_it_is() -> None:
    for process in PROCESSES.values():
        for name, setting in process.settings.items():
            assert isinstance(setting, Setting), name
            assert setting.source, name
            assert setting.tag in ("found", "believed", "proposed"), name
