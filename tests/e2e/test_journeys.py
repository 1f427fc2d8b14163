"""The journeys that `make demo JOURNEY=...` tells, on a platform of their own with a clock that is moved.

They speak plain HTTP over a loopback port, with real PostgreSQL. A journey fails by itself where the platform does not
do what it tells, or where somebody saw other events than those that are theirs.
"""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from rtp_embedded.journeys import __main__ as journeys
from rtp_embedded.journeys.desk import Desk
from rtp_embedded.journeys.stage import Stage, own_stage
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, StoryFailed
from rtp_embedded.postgres import PostgresError


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with own_stage() as stage:
        yield stage


@pytest.fixture
def story(stage: Stage) -> Iterator[Story]:
    with Story.beginning(stage, date(2026, 11, 24), io.StringIO()) as story:
        yield story


@pytest.fixture
def lead(story: Story) -> Desk:
    return Desk(story, "staff-portal", "p-lead", called="the group's lead")


@pytest.fixture
def draft(lead: Desk) -> Case:
    return lead.opens(serviceName="Home care")


@pytest.mark.parametrize("name", journeys.JOURNEYS)
def test_a_journey(stage: Stage, name: str) -> None:
    journey, out = journeys.JOURNEYS[name], io.StringIO()
    with Story.beginning(stage, journey.BEGINS, out) as story:
        journey.tell(story)
    assert "as expected and in order" in out.getvalue()
    assert "the history holds" in out.getvalue()
    assert len(story.told[0].events) == len(journey.EVENTS)
    for event in story.told[0].events:  # they are dated by the platform's clock, not by the day of this test
        assert date.fromisoformat(event["time"][:10]) >= journey.BEGINS


def test_an_event_that_is_wanting_is_noticed(story: Story, draft: Case) -> None:
    with pytest.raises(StoryFailed, match="event 2 is nothing, not case-lapsed"):
        story.ends(draft, events=("case-opened", "case-lapsed"), group="staff-portal")


def test_an_event_that_reaches_a_stranger_is_noticed(story: Story, draft: Case) -> None:
    with pytest.raises(StoryFailed, match="event 1 is case-opened, not nothing"):
        story.ends(draft, events=("case-opened",), group="staff-portal", strangers=("staff-portal",))


def test_what_is_refused_ends_the_story(lead: Desk, draft: Case) -> None:
    with pytest.raises(StoryFailed, match=r"actions/submit: 422 .* name the employing body"):
        lead.does(draft, "submit")


def test_another_reason_for_a_refusal_is_noticed(lead: Desk, draft: Case) -> None:
    lead.is_refused(draft, "submit", because="employer-named")
    with pytest.raises(StoryFailed, match="not for window-open"):
        lead.is_refused(draft, "submit", because="window-open")
    with pytest.raises(StoryFailed, match="was allowed: withdraw"):
        lead.is_refused(draft, "withdraw", because="majority-recorded")


def test_who_reads_a_stale_version_reads_it_again(lead: Desk, draft: Case) -> None:
    lead.edits(draft, serviceName="Day care")
    draft.version -= 1
    assert lead.does(draft, "withdraw")["status"] == "withdrawn"


def test_the_command_tells_a_journey_and_shows_its_events() -> None:
    command = [sys.executable, "-m", "rtp_embedded.journeys", "lapsed"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    table = told.stdout[told.stdout.index("The events of") :]
    assert [line.split()[2] for line in table.splitlines() if line.endswith("alone")] == [
        "case-opened", "deadline-approaching", "deadline-approaching", "case-lapsed",
    ]  # fmt: skip


def test_a_journey_that_there_is_not_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert journeys.main(["tender-won"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert all(name in told for name in journeys.JOURNEYS)


def test_what_keeps_the_command_from_telling_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def no_stage() -> Iterator[Stage]:
        raise PostgresError("PostgreSQL is not installed\nat all")
        yield

    monkeypatch.setattr(journeys, "own_stage", no_stage)
    assert journeys.main(["lapsed"]) == 1
    assert capsys.readouterr().err == "failed: PostgreSQL is not installed\n"
