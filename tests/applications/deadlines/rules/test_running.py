"""What a deadline names as its source: the statute, the platform, or the body's own paper."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.deadlines.rules.running import start_deadline
from rtp_applications.workflow.body_facts import OwnRule
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.extensions.guards import find_obstacle_to_extension
from rtp_shared.contracts.vocabulary import Sector
from tests.applications.workflow.ground import NOW, build_snapshot, with_employer

OWN = "Constitution, part 4"


def with_rules(*rules: OwnRule) -> CaseSnapshot:
    made = with_employer(build_snapshot(Status.DRAFT), rules=rules)
    return made.with_case(sector=Sector.YOUTH)


def set_rule(name: str, value: Any, sector: Sector | None = None, source: str = OWN) -> OwnRule:
    return OwnRule(name, value, source, date(2025, 5, 1), sector)


@pytest.mark.parametrize(
    ("clock", "number", "unit", "basis", "source"),
    [
        ("key-decision-notice", 35, "clear-days", Basis.LOCAL_RULE, f"{OWN}; the body's own rule since 2025-05-01 (SI"),
        ("key-decision-notice", 28, "clear-days", Basis.STATUTE, "SI 2012/2089 reg 9(2)"),
        ("assurance", 12, "working-days", Basis.LOCAL_RULE, f"{OWN}; the body's own rule since 2025-05-01"),
        ("assurance", None, "", Basis.POLICY, "platform default"),
    ],
)
def test_a_deadline_names_the_paper_that_its_length_is_taken_from(
    clock: str, number: int | None, unit: str, basis: Basis, source: str
) -> None:
    """A statute that sets only the least is not the basis of the body's longer time."""
    named = RIGHT_TO_PROVIDE.find_clock(clock)
    assert named
    case = with_rules(*([set_rule(clock, {"number": number, "unit": unit})] if number else []))
    started = start_deadline(replace(named, counts_from=None), case, "test", NOW, on=date(2026, 9, 1))
    assert started
    assert started.basis is basis
    assert started.source.startswith(source), started.source


def test_a_time_of_policy_stays_extendable_where_the_body_set_its_length() -> None:
    clock = RIGHT_TO_PROVIDE.find_clock("assurance")
    assert clock
    started = start_deadline(clock, with_rules(set_rule("assurance", {"number": 9, "unit": "months"})), "test", NOW)
    assert started
    assert started.basis is Basis.LOCAL_RULE
    assert find_obstacle_to_extension(RIGHT_TO_PROVIDE, started) is None


def test_the_rule_for_the_kind_of_service_goes_before_that_for_every_kind() -> None:
    """Localism Act 2011 s.84(4)."""
    rule, clock = "maximum-decision-period", COMMUNITY_RIGHT_TO_CHALLENGE.find_clock("eoi-decision")
    every = set_rule(rule, {"number": 2, "unit": "months"}, source="Page of 2012")
    youth = set_rule(rule, {"number": 3, "unit": "months"}, Sector.YOUTH)
    transport = set_rule(rule, {"number": 9, "unit": "months"}, Sector.TRANSPORT)
    assert clock
    for rules, months, cited in (((transport, every, youth), 3, OWN), ((transport, every), 2, "Page of 2012")):
        started = start_deadline(clock, with_rules(*rules), "test", NOW)
        assert started
        assert (started.length.number, started.basis) == (months, Basis.STATUTE)
        assert started.source.startswith(cited)
    assert start_deadline(clock, with_rules(transport), "test", NOW) is None
