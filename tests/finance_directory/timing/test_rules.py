"""The rule of time: what nobody has said is never in time."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.timing.rules import WEEK, ProductTime, TimingOutcome, judge_timing

TODAY = date(2026, 11, 30)
days = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=800))
windows = st.lists(
    st.tuples(days, st.integers(0, 90) | st.none()).map(
        lambda drawn: ApplicationWindow.model_validate(
            {
                "opensOn": drawn[0].isoformat(),
                "closesOn": None if drawn[1] is None else (drawn[0] + timedelta(days=drawn[1])).isoformat(),
            }
        )
    ),
    max_size=1,
)
times = st.builds(
    ProductTime,
    opened_on=st.none() | days,
    closed_on=st.none() | days,
    windows=windows,
    decision_weeks=st.none() | st.integers(0, 60),
)


@given(times, st.none() | days)
def test_what_nobody_has_said_is_never_in_time(time: ProductTime, go_live_on: date | None) -> None:
    found = judge_timing(time, go_live_on=go_live_on, on=TODAY)
    if go_live_on is None or time.decision_weeks is None:
        assert found.outcome is not TimingOutcome.IN_TIME
    if found.outcome is TimingOutcome.IN_TIME:
        assert found.decided_by is not None
        assert go_live_on is not None
        assert found.decided_by <= go_live_on
    if found.outcome is TimingOutcome.NOT_KNOWN:
        assert None in (go_live_on, time.decision_weeks)


@given(times, days, st.integers(0, 400))
def test_a_later_day_never_makes_it_too_late(time: ProductTime, go_live_on: date, more: int) -> None:
    order = [TimingOutcome.TOO_LATE, TimingOutcome.NOT_KNOWN, TimingOutcome.IN_TIME]
    sooner, later = (judge_timing(time, go_live_on=go_live_on + timedelta(days=d), on=TODAY).outcome for d in (0, more))
    assert order.index(sooner) <= order.index(later)


@given(times, days)
def test_the_last_day_to_apply_is_in_time_and_the_next_is_not(time: ProductTime, go_live_on: date) -> None:
    found = judge_timing(time, go_live_on=go_live_on, on=TODAY)
    if found.apply_by is not None and time.decision_weeks is not None:
        assert found.apply_by + time.decision_weeks * WEEK == go_live_on
        opens = time.find_opening(TODAY)
        assert (found.outcome is TimingOutcome.IN_TIME) is (opens is not None and opens <= found.apply_by)


def test_a_product_that_is_over_is_too_late_whatever_else_is_known() -> None:
    over = ProductTime(closed_on=TODAY - timedelta(days=1), decision_weeks=1)
    assert judge_timing(over, go_live_on=None, on=TODAY).outcome is TimingOutcome.TOO_LATE
    last = ApplicationWindow.model_validate({"opensOn": "2026-01-01", "closesOn": "2026-02-01"})
    assert judge_timing(ProductTime(windows=[last]), go_live_on=TODAY, on=TODAY).outcome is TimingOutcome.TOO_LATE
