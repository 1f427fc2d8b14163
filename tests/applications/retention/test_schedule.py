"""How long a case is kept, as a rule of dates."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import Calendars, add_months
from rtp_applications.retention.schedule import RetentionClass, classify, find_retention
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.enums import APPEALABLE, ENDED, Audience, Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Signature, SignedRecord
from rtp_shared.contracts.vocabulary import Route

CHANGED = datetime(2027, 3, 31, 12, tzinfo=UTC)
TODAY = date(2030, 1, 1)
BODY = uuid4()


def make_case(status: Status, **more: object) -> CaseSnapshot:
    facts = Facts(
        id=uuid4(),
        number="RTP-482-715-9361",
        route=Route.RIGHT_TO_PROVIDE,
        process_version=3,
        status=status,
        version=1,
        sequence=0,
        opened_by="a",
        readers=[],
        opened_at=CHANGED,
        changed_at=CHANGED,
    )
    return CaseSnapshot(case=replace(facts, **more), calendars=Calendars.of(()), read_on=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", sorted(ENDED - APPEALABLE - {Status.LAUNCHED, Status.TENDER_LOST}))
def test_an_ended_case_is_kept_six_years_from_its_last_change(status: Status) -> None:
    found = find_retention(make_case(status), TODAY)
    assert (found.months, found.tag, found.dispose_on) == (72, "proposed", date(2033, 4, 1))
    assert "2027-03-31" in found.because


@pytest.mark.parametrize("status", sorted(set(Status) - ENDED))
def test_the_time_does_not_run_before_the_end(status: Status) -> None:
    found = find_retention(make_case(status), TODAY)
    assert found.dispose_on is None
    assert found.kept_as is None
    assert status in found.because


@pytest.mark.parametrize("status", sorted(APPEALABLE))
def test_nor_while_an_appeal_may_be_made(status: Status) -> None:
    assert find_retention(make_case(status), TODAY).dispose_on is None
    assert find_retention(make_case(status, final_at=CHANGED), TODAY).dispose_on == date(2033, 4, 1)


def test_of_a_launched_case_it_runs_from_the_end_of_its_contract() -> None:
    case = make_case(Status.LAUNCHED)
    assert find_retention(case, TODAY).dispose_on is None
    by = Signature(Role.CASE_OFFICER, "p-1", "client:a", CHANGED)
    end = SignedRecord("contract-end", "", {"endsOn": "2032-03-31"}, (by,), Audience.EVERYBODY)
    found = find_retention(case.with_record(end), TODAY)
    assert (found.kept_as, found.tag, found.dispose_on) == (RetentionClass.LAUNCHED, "found", date(2038, 4, 1))


def test_what_was_published_of_the_past_is_kept_for_good() -> None:
    assert find_retention(make_case(Status.REFUSED, route=Route.RIGHT_TO_REQUEST), TODAY).dispose_on is None


@given(months=st.integers(12, 1200), status=st.sampled_from(sorted(ENDED - APPEALABLE - {Status.LAUNCHED})))
def test_a_body_s_own_rule_stands_before_the_schedule(months: int, status: Status) -> None:
    kept_as = classify(status)
    assert kept_as is not None
    rule = OwnRule(kept_as.rule, {"number": months, "unit": "months"}, "Schedule of 2028", date(2028, 1, 1))
    case = replace(
        make_case(status, employer_id=BODY), bodies={BODY: BodyFacts(BODY, "C", "county", None, rules=(rule,))}
    )
    found = find_retention(case, TODAY)
    assert found.tag == "own"
    assert found.months == months
    assert "Schedule of 2028" in str(found.source)
    assert found.dispose_on is not None
    assert found.dispose_on > add_months(CHANGED.date(), months)


def test_a_confidential_step_does_not_move_the_day() -> None:
    later = datetime(2029, 1, 1, tzinfo=UTC)
    shown = make_case(Status.WITHDRAWN)
    hidden = make_case(Status.WITHDRAWN, changed_at=later, changed_for_all_at=CHANGED)
    assert find_retention(hidden, TODAY) == find_retention(shown, TODAY)
