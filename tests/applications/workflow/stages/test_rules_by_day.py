"""Which of a body's own rules counts on a day: a challenge is held to what was in force when it came."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_applications.deadlines.rules.running import start_deadline
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.common.constitutions import ConstitutionForm, find_constitution
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.approvals import may_be_called_in
from rtp_applications.workflow.stages.interest.clocks import find_receipt, find_window_end
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced
from rtp_applications.workflow.stages.review.payloads import Acceptance
from rtp_applications.workflow.version_move import VersionMove, change_version
from rtp_shared.contracts.vocabulary import Sector
from tests.applications.workflow import ground
from tests.applications.workflow.ground import EMPLOYER
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.test_times_of_a_challenge import at

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
SUMMER = [{"fromMonth": 6, "fromDay": 1, "toMonth": 8, "toDay": 31}]
AUTUMN = [{"fromMonth": 9, "fromDay": 1, "toMonth": 10, "toDay": 31}]
NEW_YEAR = date(2027, 1, 1)


def months(number: int) -> dict[str, Any]:
    return {"number": number, "unit": "months"}


def rule(name: str, value: Any, since: date, until: date | None = None, published: date | None = None) -> OwnRule:
    return OwnRule(name, value, f"Page of {published or since}", since, None, until, published)


def receive(moment: datetime, *rules: OwnRule, now: datetime | None = None) -> CaseSnapshot:
    """A challenge that came at this moment to a council with these rules, as it stands now."""
    snapshot = ground.build_snapshot(Status.EOI_SUBMITTED, process=CHALLENGE, now=moment)
    return replace(ground.with_employer(snapshot, rules=rules), deadlines={}, read_on=(now or moment).date())


CHANGED = (
    rule("eoi-windows", SUMMER, date(2020, 1, 1), date(2026, 12, 31)),
    rule("eoi-windows", AUTUMN, NEW_YEAR, published=date(2026, 10, 1)),
)

LATE = (rule("eoi-windows", SUMMER, date(2020, 1, 1), published=date(2026, 8, 15)),)
"""Said to hold since 2020, and published in the middle of a summer."""


@pytest.mark.parametrize(
    ("received", "rules", "end"),
    [
        (date(2026, 8, 15), CHANGED, date(2026, 8, 31)),
        (date(2026, 10, 15), CHANGED, None),  # autumn is published, and holds from January on
        (date(2027, 8, 15), CHANGED, None),
        (date(2027, 10, 15), CHANGED, date(2027, 10, 31)),
        (date(2026, 8, 14), LATE, None),
        (date(2026, 8, 15), LATE, date(2026, 8, 31)),
    ],
)  # fmt: skip
def test_the_periods_are_those_of_the_day_of_receipt(
    received: date, rules: tuple[OwnRule, ...], end: date | None
) -> None:
    """Localism Act 2011 s.82(2) to (4): specified, and published; read a year after it came."""
    case = receive(at(received), *rules, now=at(received + timedelta(days=365)))
    assert find_window_end(case, find_receipt(case, received)) == end


@pytest.mark.parametrize(
    ("received", "due"), [(date(2027, 3, 31), date(2027, 6, 30)), (date(2027, 4, 1), date(2027, 10, 1))]
)
def test_the_longest_time_is_that_of_the_day_of_receipt(received: date, due: date) -> None:
    """S.84(3), (8)(a): three months until the end of March, six from April on; counted anew when the case is moved."""
    periods = (
        rule("maximum-decision-period", months(3), date(2020, 1, 1), date(2027, 3, 31)),
        rule("maximum-decision-period", months(6), date(2027, 4, 1)),
    )
    clock = CHALLENGE.find_clock("eoi-decision")
    assert clock
    later = at(date(2027, 5, 1))
    case = receive(at(received), *periods, now=later)
    started = start_deadline(clock, case, "test", later)
    assert started
    assert started.due_on == due
    first = PROCESSES[CHALLENGE.route, 1]
    move = VersionMove(version=3, reasons="Counted as the Act has it")
    held = case.with_deadline(replace(started, due_on=date(2027, 12, 31)))
    moved = change_version(first, CHALLENGE, held, move, ground.person(Role.CASE_OFFICER), later).after
    assert ground.get_open_deadline(moved, "eoi-decision").due_on == due


@pytest.mark.parametrize(("read", "due"), [(date(2027, 4, 9), None), (date(2027, 4, 10), date(2027, 6, 1))])
def test_one_published_late_counts_where_none_was_there_and_the_first_of_them_alone(
    read: date, due: date | None
) -> None:
    """Two months, said to hold since 2020 and published on 10 April; nine from May on are for what comes then."""
    late = (
        rule("maximum-decision-period", months(2), date(2020, 1, 1), date(2027, 4, 30), date(2027, 4, 10)),
        rule("maximum-decision-period", months(9), date(2027, 5, 1)),
    )
    clock = CHALLENGE.find_clock("eoi-decision")
    assert clock
    known = [each for each in late if each.in_force_from <= read]
    started = start_deadline(clock, receive(at(date(2027, 4, 1)), *known, now=at(read)), "test", at(read))
    assert (started and started.due_on) == due
    after = receive(at(date(2027, 4, 1)), *late, now=at(date(2027, 6, 1)))
    again = start_deadline(clock, after, "test", at(date(2027, 6, 1)))
    assert again
    assert again.due_on == date(2027, 6, 1)


def test_a_period_that_ended_before_it_was_published_never_counted() -> None:
    gone = rule("maximum-decision-period", months(1), date(2020, 1, 1), date(2027, 4, 5), date(2027, 4, 10))
    case = receive(at(date(2027, 4, 1)), gone, now=at(date(2027, 5, 1)))
    assert case.find_rule_published_late("maximum-decision-period", date(2027, 4, 1)) is None


def test_of_one_day_the_rule_for_the_kind_of_service_goes_first_and_each_is_looked_up_by_itself() -> None:
    every = rule("maximum-decision-period", months(6), date(2020, 1, 1))
    own = replace(rule("maximum-decision-period", months(2), date(2027, 4, 2)), sector=Sector.ADULT_SOCIAL_CARE)
    case = receive(at(date(2027, 4, 1)), own, every, now=at(date(2027, 5, 1)))
    for day, number in ((1, 6), (2, 2)):
        assert case.get_rule("maximum-decision-period", date(2027, 4, day)) == months(number)
    late = case.find_rule_published_late("maximum-decision-period", date(2027, 4, 1))
    assert late is not None, "what was in force goes before what came later"
    assert late.value == months(6)


@pytest.mark.parametrize(("accepted", "refused"), [(date(2027, 3, 31), False), (date(2027, 4, 1), True)])
def test_procurement_begins_within_the_gap_of_the_day_of_acceptance(accepted: date, refused: bool) -> None:
    """S.83(4), (7): one month at least until the end of March, six from April on; on 2 May one of them is over."""
    gaps = (
        rule("procurement-gap", {"minimumMonths": 1, "maximumMonths": 12}, date(2020, 1, 1), date(2027, 3, 31)),
        rule("procurement-gap", {"minimumMonths": 6, "maximumMonths": 18}, date(2027, 4, 1)),
    )
    attempt = ground.attempt(CHALLENGE, "begin-procurement")
    signed = ground.put(ground.with_employer(attempt.snapshot, rules=gaps), Acceptance(reasons="It is sound."))
    record = signed.find_record(Acceptance)
    assert record
    on_the_day = replace(record, signed=(replace(record.signed[0], at=at(accepted)),))
    case = replace(signed.with_record(on_the_day), read_on=date(2027, 5, 2))
    tried = ground.refused_for("begin-procurement", replace(attempt, snapshot=case, now=at(date(2027, 5, 2))))
    assert ("within-published-gap" in tried) is refused
    clock = CHALLENGE.find_clock("procurement-start")
    assert clock
    started = start_deadline(clock, case, "test", at(date(2027, 5, 2)))
    assert started
    assert started.due_on == (date(2028, 3, 31) if accepted.month == 3 else date(2028, 10, 1))


CABINET = {"form": "leader-and-cabinet", "decidedBy": "executive"}
COMMITTEES = {"form": "committee-system", "decidedBy": "committee"}


@pytest.mark.parametrize(("last_day", "opens"), [(0, True), (-1, False)])
def test_call_in_follows_from_the_constitution_of_the_day_of_the_decision(last_day: int, opens: bool) -> None:
    """LGA 2000 s.9F(2)(a): the executive decided, or a committee did; what the council became later is no matter."""
    change = ground.NOW.date() + timedelta(days=last_day)
    constitutions = (
        rule("constitution", CABINET, date(2020, 1, 1), change),
        rule("constitution", COMMITTEES, change + timedelta(days=1)),
    )
    approved = ground.take("approve", decided.to_approve).after
    case = replace(ground.with_employer(approved, rules=constitutions), read_on=ground.NOW.date() + timedelta(days=30))
    assert may_be_called_in(case) is opens
    today = find_constitution(case)
    assert today
    assert today.form is ConstitutionForm.COMMITTEE_SYSTEM


def test_before_a_reorganisation_the_rules_are_those_of_the_predecessor() -> None:
    """SI 2018/1128 reg 6(1): what the predecessor did has effect as if the successor had."""
    west = UUID(int=102)
    day = date(2027, 4, 1)
    gap = rule("procurement-gap", {"minimumMonths": 1, "maximumMonths": 12}, date(2020, 1, 1))
    case = receive(at(date(2027, 1, 10)), gap, now=at(date(2027, 5, 1)))
    other = rule("procurement-gap", {"minimumMonths": 6, "maximumMonths": 18}, date(2020, 1, 1))
    followed = replace(
        ground.put(case, BodyReplaced(body=EMPLOYER, successor=west, on=day)).with_case(employer_id=west),
        bodies={**case.bodies, west: BodyFacts(west, "West", "unitary", None, rules=(other,))},
    )
    found = [followed.get_rule("procurement-gap", each)["minimumMonths"] for each in (day - timedelta(days=1), day)]
    assert found == [1, 6]
