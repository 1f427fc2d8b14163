"""Rules of a body and members of its panel are those of the day of the decision, also where it is entered later."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rtp_applications.workflow.body_facts import OwnRule
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, Vote
from rtp_applications.workflow.stages.review.payloads import Acceptance
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, giving, put
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.decided_cases import DAY, DECIDER, TODAY, at

CABINET = {"form": "leader-and-cabinet", "decidedBy": "executive"}
ONE_MEMBER = {"form": "leader-and-cabinet", "decidedBy": "member"}
BOARD = {"form": "nhs-trust-board", "decidedBy": "whole-body"}
DECIDED_ON, ENTERED_ON = TODAY, TODAY + 2 * DAY
WANTING = ["quorum-reached", "vote-supports-it", "agenda-published"]


def change(name: str, then: Any, now: Any) -> tuple[OwnRule, ...]:
    """A rule of the body that another followed on the day after the decision."""
    first = OwnRule(name, then, "Minute 1", date(2020, 1, 1), None, DECIDED_ON)
    second = OwnRule(name, now, "Minute 2", DECIDED_ON + DAY)
    return tuple(each for each in (first, second) if each.value is not None)


def list_refusals(snapshot: CaseSnapshot, *rules: OwnRule, on: date = DECIDED_ON) -> list[str]:
    """Return the guards that refuse an approval of this day, entered two days after the first of September."""
    unpublished = decided.APPROVAL.model_copy(update={"decision_published_on": None, "decided_on": on})
    held = replace(ground.with_employer(snapshot, rules=rules), read_on=ENTERED_ON)
    return ground.refused_for("approve", Ready(held, (DECIDER,), unpublished, at(ENTERED_ON)))


noticed = decided.to_approve.snapshot
bare = ground.without(noticed, AgendaPublication, Vote)


@pytest.mark.parametrize(
    ("then", "now", "refused"), [(CABINET, ONE_MEMBER, WANTING), (ONE_MEMBER, CABINET, []), (CABINET, CABINET, WANTING)]
)
def test_who_decides_is_asked_of_the_day_of_the_decision(
    then: dict[str, str], now: dict[str, str], refused: list[str]
) -> None:
    """SI 2012/2089 regs 6(2), 7(3) are of the meeting that decided: here on 1 September, without agenda and vote."""
    assert list_refusals(bare, *change("constitution", then, now)) == refused


@pytest.mark.parametrize(
    ("name", "then", "now", "refused"),
    [
        ("agenda-notice", 5, 20, []),
        ("agenda-notice", 20, 5, ["agenda-published"]),
        ("board-meeting-notice", 3, 20, []),
        ("board-meeting-notice", 20, 3, ["agenda-published"]),
    ],
)
def test_how_long_the_agenda_is_public_is_asked_of_the_day_of_the_decision(
    name: str, then: int, now: int, refused: list[str]
) -> None:
    """The agenda was public from 22 August: nine clear days before 1 September."""
    values = ({"number": number, "unit": "clear-days"} for number in (then, now))
    constitution = OwnRule("constitution", BOARD if name == "board-meeting-notice" else CABINET, "", date(2020, 1, 1))
    assert list_refusals(noticed, constitution, *change(name, *values)) == refused


def test_an_agenda_of_which_the_board_asks_only_since_the_decision_is_no_matter() -> None:
    constitution = OwnRule("constitution", BOARD, "", date(2020, 1, 1))
    agenda = change("board-meeting-notice", None, {"number": 20, "unit": "clear-days"})
    assert list_refusals(ground.without(noticed, AgendaPublication), constitution, *agenda) == []


@pytest.mark.parametrize(
    ("then", "now", "refused"), [("scotland", "england-and-wales", []), (None, "scotland", ["agenda-published"])]
)
def test_working_days_are_counted_on_the_calendar_of_the_day_of_the_decision(
    then: str | None, now: str, refused: list[str]
) -> None:
    """From 25 August to 1 September 2026: 31 August is a bank holiday in England, and none in Scotland."""
    length = OwnRule("agenda-notice", {"number": 4, "unit": "clear-working-days"}, "", date(2020, 1, 1))
    published = put(noticed, decided.agenda(date(2026, 8, 25)))
    assert list_refusals(published, length, *change("working-day-calendar", then, now)) == refused


@pytest.mark.parametrize(("then", "now", "refused"), [(20, 90, []), (90, 20, ["quorum-reached"])])
def test_the_quorum_is_that_of_the_day_of_the_decision(then: int, now: int, refused: list[str]) -> None:
    of_two = decided.with_members(noticed, 2)
    assert list_refusals(of_two, *change("quorum-percent", then, now)) == refused


@pytest.mark.parametrize(
    ("span", "refused"),
    [
        ({"valid_to": DECIDED_ON}, ["quorum-reached"]),  # three sat on 1 September, and one voted
        ({"valid_from": DECIDED_ON + DAY}, []),  # two were appointed the day after
    ],
)
def test_who_sits_is_asked_of_the_day_of_the_decision(span: dict[str, date], refused: list[str]) -> None:
    others = (ground.party(Role.PANEL_MEMBER, number, **span) for number in (2, 3))
    assert list_refusals(noticed.with_party(*others)) == refused


def test_the_vote_of_a_member_whose_seat_ended_with_the_decision_counts() -> None:
    seats = {
        each.id: replace(each, valid_to=DECIDED_ON)
        for each in noticed.parties.values()
        if each.role is Role.PANEL_MEMBER
    }
    left = noticed.with_party(*seats.values())
    assert list_refusals(left) == []
    assert list_refusals(left, on=ENTERED_ON) == ["quorum-reached", "vote-supports-it"]


def test_a_private_meeting_is_asked_of_the_day_of_the_decision() -> None:
    """SI 2012/2089 reg 5: of an executive's meeting, which the cabinet held and one member does not."""
    privately = put(noticed, decided.agenda(TODAY - 10 * DAY).model_copy(update={"in_private": True}))
    wanting = ["private-meeting-announced"]
    assert list_refusals(privately, *change("constitution", CABINET, ONE_MEMBER)) == wanting
    assert list_refusals(privately, *change("constitution", ONE_MEMBER, CABINET)) == []


ACCEPTED_ON, JUNE = date(2027, 3, 1), date(2027, 6, 1)
SOUND = {"reasons": "It is sound.", "decidedOn": ACCEPTED_ON}


def gap(least: int, since: date = date(2020, 1, 1), until: date | None = None) -> OwnRule:
    return OwnRule("procurement-gap", {"minimumMonths": least, "maximumMonths": 24}, "", since, None, until)


@pytest.mark.parametrize(
    ("rules", "begun", "entered", "refused"),
    [
        ((gap(9, until=date(2027, 5, 31)), gap(1, JUNE)), date(2027, 6, 5), date(2027, 12, 2), True),
        ((gap(9, until=date(2027, 5, 31)), gap(1, JUNE)), date(2027, 12, 1), date(2027, 12, 2), False),
        ((gap(3, until=date(2027, 5, 31)), gap(9, JUNE)), date(2027, 6, 14), date(2027, 6, 15), False),
        ((gap(3, until=date(2027, 5, 31)), gap(9, JUNE)), date(2027, 5, 31), date(2027, 6, 15), True),
        ((gap(3, date(2027, 3, 20)),), date(2027, 3, 15), date(2027, 3, 22), False),  # none was published yet
        ((gap(3, date(2027, 3, 20)),), date(2027, 3, 20), date(2027, 3, 22), True),
        ((gap(3, date(2027, 3, 20)),), None, date(2027, 3, 22), True),
    ],
)
def test_procurement_is_held_to_the_gap_of_the_acceptance_on_the_day_on_which_it_begins(
    rules: tuple[OwnRule, ...], begun: date | None, entered: date, *, refused: bool
) -> None:
    """Localism Act 2011 s.83(4), (7): accepted on 1 March 2027. A gap published after the procurement began is none."""
    usual = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "begin-procurement")
    accepted = put(usual.snapshot, Acceptance.model_validate(SOUND))
    accepted = put(accepted, decided.RECORD.model_copy(update={"decided_on": ACCEPTED_ON}))
    held = replace(ground.with_employer(accepted, rules=rules), read_on=entered)
    given = giving(replace(usual, snapshot=held, now=at(entered)), decided_on=begun, reference="Minute 9")
    found = ground.refused_for("begin-procurement", giving(given, applicants_told_on=ACCEPTED_ON))
    assert found == (["within-published-gap"] if refused else [])


COMMITTEE = {"form": "committee-system", "decidedBy": "committee"}


@pytest.mark.parametrize(("then", "now", "opens"), [(CABINET, COMMITTEE, True), (COMMITTEE, CABINET, False)])
@pytest.mark.parametrize("action", ["accept-eoi", "accept-modification"])
def test_scrutiny_calls_an_acceptance_in_by_the_constitution_of_its_day(
    action: str, then: dict[str, str], now: dict[str, str], *, opens: bool
) -> None:
    """Local Government Act 2000 s.9F(2)(a): decided on 1 September, entered on the 3rd. Of a modification the authority
    decided when it offered that.
    """
    usual = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, action)
    offered = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "offer-modification").payload
    assert offered
    snapshot = put(usual.snapshot, offered.model_copy(update={"decided_on": DECIDED_ON}))
    if action == "accept-eoi":
        snapshot = usual.snapshot
        usual = giving(usual, decided_on=DECIDED_ON)
    held = replace(ground.with_employer(snapshot, rules=change("constitution", then, now)), read_on=ENTERED_ON)
    after = ground.take(action, replace(usual, snapshot=held, now=at(ENTERED_ON))).after
    assert (after.find_deadline("call-in-window") is not None) is opens


@pytest.mark.parametrize(("dated", "refused"), [(0, []), (1, ["record-is-of-a-decision"])])
def test_a_written_statement_has_the_day_of_the_decision_that_it_records(dated: int, refused: list[str]) -> None:
    """SI 2012/2089 reg 12(2)(a): a record of the decision, including the date it was made."""
    recording = attempt(RIGHT_TO_PROVIDE, "record-decision")
    entered = giving(replace(recording, now=at(ENTERED_ON)), decided_on=DECIDED_ON + dated * DAY)
    assert ground.refused_for("record-decision", entered) == refused


@pytest.mark.parametrize(("dated", "refused"), [(0, []), (1, ["decision-recorded"])])
def test_a_statement_of_another_day_opens_no_contract(dated: int, refused: list[str]) -> None:
    """Such as one of a decision that a later one replaced."""
    route = attempt(RIGHT_TO_PROVIDE, "choose-contract-route")
    decision = decided.APPROVAL.model_copy(update={"decided_on": DECIDED_ON})
    approved = decided.with_window_over(put(route.snapshot, decision))
    statement = decided.RECORD.model_copy(update={"decided_on": DECIDED_ON + dated * DAY})
    choosing = replace(route, snapshot=put(approved, statement), now=at(ENTERED_ON))
    assert ground.refused_for("choose-contract-route", choosing) == refused
