"""The journeys of `make demo JOURNEY=...`, on a platform of their own with a clock that is moved.

They speak plain HTTP over a loopback port, with real PostgreSQL. A journey fails by itself where the platform does not
do what it says, or where somebody saw other events than those that are theirs.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date

import pytest

from rtp_embedded.postgres import PostgresError
from rtp_examples.journeys import __main__ as journeys
from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case, ScenarioFailed
from rtp_examples.journeys.scenario import PROPOSAL, Scenario, get_event_name
from rtp_examples.journeys.temporary_platform import TemporaryPlatform, start_temporary_platform


@pytest.fixture(scope="module")
def own_platform() -> Iterator[TemporaryPlatform]:
    with start_temporary_platform() as platform:
        yield platform


@pytest.fixture
def scenario(own_platform: TemporaryPlatform) -> Iterator[Scenario]:
    with Scenario.begin(own_platform, date(2026, 11, 24), io.StringIO()) as scenario:
        yield scenario


@pytest.fixture
def lead(scenario: Scenario) -> ActorClient:
    return ActorClient(scenario, "staff-portal", "p-lead", label="the group's lead")


@pytest.fixture
def draft(lead: ActorClient) -> Case:
    return lead.open(serviceName="Home care")


@pytest.mark.parametrize("name", journeys.JOURNEYS)
def test_a_journey(own_platform: TemporaryPlatform, name: str) -> None:
    journey, out = journeys.JOURNEYS[name], io.StringIO()
    with Scenario.begin(own_platform, journey.BEGINS_ON, out) as scenario:
        journey.run(scenario)
    assert "as expected and in order" in out.getvalue()
    assert "the history holds" in out.getvalue()
    told = [get_event_name(event) for event in scenario.finished[0].events]
    assert set(told) == set(journey.EVENTS)
    assert [each for each in told if each != PROPOSAL] == [each for each in journey.EVENTS if each != PROPOSAL]
    for event in scenario.finished[0].events:  # they are dated by the platform's clock, not by the day of this test
        assert date.fromisoformat(event["time"][:10]) >= journey.BEGINS_ON


@pytest.mark.parametrize(
    ("events", "strangers", "failure"),
    [
        (("case-opened", "case-lapsed"), (), "event 2 is nothing, not case-lapsed"),
        (("case-opened",), ("staff-portal",), "event 1 is case-opened, not nothing"),
    ],
    ids=["missing", "seen-by-a-stranger"],
)
def test_other_events_than_expected_fail_the_scenario(
    scenario: Scenario, draft: Case, events: tuple[str, ...], strangers: tuple[str, ...], failure: str
) -> None:
    with pytest.raises(ScenarioFailed, match=failure):
        scenario.check_end(draft, events=events, group="staff-portal", strangers=strangers)


def test_a_refusal_fails_the_scenario(lead: ActorClient, draft: Case) -> None:
    with pytest.raises(ScenarioFailed, match=r"actions/submit: 422 .* name the employing body"):
        lead.act(draft, "submit")


def test_another_reason_for_a_refusal_fails_the_scenario(lead: ActorClient, draft: Case) -> None:
    lead.expect_refusal(draft, "submit", because="employer-named")
    with pytest.raises(ScenarioFailed, match="not for window-open"):
        lead.expect_refusal(draft, "submit", because="window-open")
    with pytest.raises(ScenarioFailed, match="was allowed: withdraw"):
        lead.expect_refusal(draft, "withdraw", because="majority-recorded")


def test_an_action_on_a_stale_version_is_posted_again(lead: ActorClient, draft: Case) -> None:
    lead.edit(draft, serviceName="Day care")
    draft.versions[lead.client_id] -= 1
    assert lead.act(draft, "withdraw")["status"] == "withdrawn"


def test_the_command_runs_a_journey_and_shows_its_events(
    own_platform: TemporaryPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(journeys, "start_temporary_platform", lambda: nullcontext(own_platform))
    assert journeys.main(["lapsed"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    table = printed.out[printed.out.index("The events of") :]
    assert [line.split()[2] for line in table.splitlines() if line.endswith("alone")] == [
        "case-opened", "deadline-approaching", "deadline-approaching", "case-lapsed",
    ]  # fmt: skip


def test_an_unknown_journey_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert journeys.main(["tender-won"]) == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert all(name in printed for name in journeys.JOURNEYS)


def test_a_platform_that_cannot_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def fail_to_start() -> Iterator[TemporaryPlatform]:
        raise PostgresError("PostgreSQL is not installed\nat all")
        yield

    monkeypatch.setattr(journeys, "start_temporary_platform", fail_to_start)
    assert journeys.main(["lapsed"]) == 1
    assert capsys.readouterr().err == "failed: PostgreSQL is not installed\n"
