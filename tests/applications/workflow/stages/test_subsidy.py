"""Subsidy control in a case: what was given is on file, and more is given by notification and confirmation."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.procurement.rules.assistance import AssistanceKind
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NotYourRole
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.subsidy import payloads
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, on_payload, person, put, ready, refused_for, take
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, TODAY, on
from tests.applications.workflow.stages.decided_cases import at

LEAD = (person(Role.APPLICANT_LEAD),)
MINIMAL = AssistanceKind.MINIMAL
ENTRY = payloads.AssistanceEntry.model_validate(
    {"reference": "MFA-1", "giver": "A council", "kind": MINIMAL, "grossPence": 30_000_000, "evidence": "Letter 1",
     "givenOn": TODAY - timedelta(days=400)}
)  # fmt: skip
NOTIFIED = payloads.AssistanceNotification.model_validate(
    {"reference": "MFA-2", "giver": "A trust", "kind": MINIMAL, "grossPence": 1_500_000, "notifiedOn": TODAY}
)
CONFIRMED = payloads.AssistanceConfirmation.model_validate(
    {"reference": "MFA-2", "complete": True, "confirmedOn": TODAY}
)
GIVEN = payloads.GivenAssistance.model_validate({"reference": "MFA-2", "givenOn": TODAY})


ENTERED = payloads.DatabaseEntry.model_validate({"reference": "MFA-2", "entry": "SC10432", "enteredOn": TODAY})


def awarded(*records: Payload) -> CaseSnapshot:
    return on(Status.AWARDED, *records)


ready("record-assistance", Ready(awarded(), LEAD, ENTRY))
ready("notify-assistance", Ready(awarded(ENTRY), COMMISSIONING, NOTIFIED))
ready("confirm-assistance", Ready(awarded(ENTRY, NOTIFIED), LEAD, CONFIRMED))
ready("give-assistance", Ready(awarded(ENTRY, NOTIFIED, CONFIRMED), COMMISSIONING, GIVEN))
ready("record-subsidy-database-entry", Ready(awarded(NOTIFIED, GIVEN), COMMISSIONING, ENTERED))
breaks("record-subsidy-database-entry", "assistance-was-given")(on_payload(reference="MFA-9"))
breaks("record-assistance", "recipient-is-described")(on_payload(common_control=True))
breaks("record-assistance", "entry-is-not-given-here")(
    ground.on_snapshot(put, GIVEN.model_copy(update={"reference": "MFA-1"}))
)
breaks(["notify-assistance", "confirm-assistance", "give-assistance"], "assistance-not-given-yet")(
    ground.on_snapshot(put, GIVEN)
)
breaks("notify-assistance", "public-interest-task-named")(on_payload(kind=AssistanceKind.SPEI))


@breaks("record-assistance", "reference-is-of-one-subsidy")
@breaks("notify-assistance", "reference-is-of-one-subsidy")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    other = ENTRY.model_copy(update={"reference": attempt.payload.key, "giver": "A city", "gross_pence": 0})
    return replace(attempt, snapshot=put(attempt.snapshot, other))


breaks("notify-assistance", "proposal-below-the-ceiling")(on_payload(gross_pence=1_500_001))


@breaks("confirm-assistance", "assistance-notified")
@breaks("give-assistance", "assistance-notified")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=ground.without(attempt.snapshot, payloads.AssistanceNotification))


breaks("confirm-assistance", "everything-received-is-on-file")(on_payload(complete=False))
breaks("give-assistance", "assistance-confirmed")(ground.on_snapshot(ground.without, payloads.AssistanceConfirmation))
breaks("give-assistance", "gift-below-the-ceiling")(
    ground.on_snapshot(put, NOTIFIED.model_copy(update={"gross_pence": 1_500_001}))
)


def test_what_is_given_counts_from_then_on() -> None:
    after = take("give-assistance", attempt(RIGHT_TO_PROVIDE, "give-assistance")).after
    entry = after.find(payloads.AssistanceEntry, "MFA-2")
    assert entry is not None
    assert (entry.gross_pence, entry.given_on, entry.evidence) == (1_500_000, TODAY, "MFA-2")
    more = NOTIFIED.model_copy(update={"reference": "MFA-3", "gross_pence": 1})
    with pytest.raises(GuardsNotMet) as refusal:
        take("notify-assistance", Ready(after, COMMISSIONING, more))
    [said] = refusal.value.errors
    assert "ss.36(1), (2)" in said.reason
    assert "fits from 2028-04-01" in said.reason  # the entry of July 2025 is out then; £15,000 of 2026 stays in
    for day, refused in ((date(2028, 3, 31), ["proposal-below-the-ceiling"]), (date(2028, 4, 1), [])):
        later = more.model_copy(update={"give_on": day})
        assert refused_for("notify-assistance", Ready(after, COMMISSIONING, later)) == refused


def test_what_two_authorities_give_under_one_reference_counts_twice() -> None:
    """S.36(1): the total amount given, by whichever authority: neither is written over, and neither drops out."""
    of_the_city = NOTIFIED.model_copy(update={"reference": ENTRY.reference, "giver": "Example City Council"})
    entered = ENTRY.model_copy(update={"giver": "Example City Council"})
    for action, payload in (("notify-assistance", of_the_city), ("record-assistance", entered)):
        refused = refused_for(action, Ready(awarded(ENTRY), COMMISSIONING, payload))
        assert refused == ["reference-is-of-one-subsidy"]
    corrected = ENTRY.model_copy(update={"gross_pence": 1})
    assert refused_for("record-assistance", Ready(awarded(ENTRY), COMMISSIONING, corrected)) == []


def test_a_notification_of_another_amount_asks_for_a_confirmation_anew() -> None:
    """Ss.37(2)(b), (c), (3): what was confirmed is the total with the amount that was notified."""
    less = NOTIFIED.model_copy(update={"gross_pence": 1_400_000})
    notified = take("notify-assistance", Ready(awarded(ENTRY, NOTIFIED, CONFIRMED), COMMISSIONING, less)).after
    assert refused_for("give-assistance", Ready(notified, COMMISSIONING, GIVEN)) == ["assistance-confirmed"]


def test_the_enterprise_confirms_and_no_body_does_it_in_its_place() -> None:
    with pytest.raises(NotYourRole):
        take("confirm-assistance", replace(attempt(RIGHT_TO_PROVIDE, "confirm-assistance"), signers=COMMISSIONING))


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"kind": "spei-assistance", "publicInterestTask": "Meals.", "grossPence": 42_500_000}, []),
        ({"kind": "spei-assistance", "publicInterestTask": "Meals.", "grossPence": 42_500_001},
         ["proposal-below-the-ceiling"]),
    ],
)  # fmt: skip
def test_assistance_for_services_of_public_interest_has_its_own_ceiling(
    more: dict[str, Any], refused: list[str]
) -> None:
    said = {**NOTIFIED.model_dump(by_alias=True, exclude_none=True), **more}
    proposed = payloads.AssistanceNotification.model_validate(said)
    assert refused_for("notify-assistance", Ready(awarded(ENTRY), COMMISSIONING, proposed)) == refused


def test_an_amount_that_is_not_known_stays_unknown_and_closes_nothing() -> None:
    unknown = ENTRY.model_copy(update={"gross_pence": None})
    assert refused_for("notify-assistance", Ready(awarded(unknown), COMMISSIONING, NOTIFIED)) == []


def give(
    pence: int, given_on: date, reference: str = "MFA-2", held: CaseSnapshot | None = None, **more: Any
) -> CaseSnapshot:
    """The case after a subsidy was notified, confirmed and given on one day."""
    for payload in (NOTIFIED.model_copy(update={"gross_pence": pence}), CONFIRMED):
        dated = {"notified_on": given_on, "confirmed_on": given_on, "reference": reference}
        changed = {name: value for name, value in dated.items() if name in type(payload).model_fields}
        held = put(held or awarded(), payload.model_copy(update=changed))
    assert held is not None
    gift = payloads.GivenAssistance.model_validate({"reference": reference, "givenOn": given_on, **more})
    return take("give-assistance", Ready(held, COMMISSIONING, gift, now=at(given_on))).after


@pytest.mark.parametrize(
    ("pence", "more", "clock", "due"),
    [
        (10_000_001, {}, "subsidy-database-entry", date(2026, 12, 1)),  # s.33(3)(c): three months of 1 September
        (10_000_000, {}, "subsidy-database-entry", None),  # s.36(4): no more than £100,000
        (10_000_001, {"taxDeclaredOn": TODAY}, "subsidy-database-entry", None),
        (10_000_001, {"taxDeclaredOn": TODAY}, "tax-subsidy-database-entry", date(2027, 8, 31)),  # s.33(3)(a)
        (10_000_001, {"taxDeclaredOn": date(2027, 3, 1)}, "tax-subsidy-database-entry", date(2028, 2, 29)),
    ],
)
def test_an_entry_in_the_subsidy_database_is_due(
    pence: int, more: dict[str, Any], clock: str, due: date | None
) -> None:
    running = give(pence, TODAY, **more).find_deadline(clock)
    assert (running.due_on if running else None) == due


def test_each_subsidy_has_its_entry() -> None:
    first = give(10_000_001, TODAY)
    later = TODAY + timedelta(days=10)
    both = give(10_000_002, later, "MFA-3", first)
    entered = ENTERED.model_copy(update={"entered_on": later})
    once = take("record-subsidy-database-entry", Ready(both, COMMISSIONING, entered, now=at(later))).after
    assert ground.get_open_deadline(once, "subsidy-database-entry").due_on == date(2026, 12, 11)
    second = entered.model_copy(update={"reference": "MFA-3"})
    twice = take("record-subsidy-database-entry", Ready(once, COMMISSIONING, second, now=at(later))).after
    assert [each.state for each in twice.deadlines.values() if each.clock == "subsidy-database-entry"] == [
        DeadlineState.MET
    ] * 2


def test_a_gift_of_an_older_day_may_not_break_a_later_one() -> None:
    """Ss.36(1), (2), (7): it counts on every day of this financial year and the two after it."""
    later = ENTRY.model_copy(update={"gross_pence": 31_000_000, "given_on": TODAY + timedelta(days=30)})
    now = at(TODAY + timedelta(days=40))
    held = awarded(later, NOTIFIED, CONFIRMED)
    giving = Ready(held, COMMISSIONING, GIVEN.model_copy(update={"taken_from": "Minute 7"}), now=now)
    with pytest.raises(GuardsNotMet) as refusal:
        take("give-assistance", giving)
    [said] = refusal.value.errors
    assert f"given on {later.given_on} is above its own ceiling" in said.reason
    smaller = put(held, NOTIFIED.model_copy(update={"gross_pence": 500_000}))
    assert refused_for("give-assistance", replace(giving, snapshot=smaller)) == []


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"recipient": "connected-body", "commonControl": True}, True),  # ss.7(1)(b), 8: one enterprise
        ({"recipient": "connected-body", "commonControl": False}, False),
        ({"recipient": "connected-body"}, False),  # not known: closes nothing
        ({"recipient": "predecessor", "transferredOn": TODAY, "wholeTransferred": True}, True),  # s.40(4)(a)
        ({"recipient": "predecessor", "transferredOn": TODAY + timedelta(days=1), "wholeTransferred": True}, False),
        (
            {"recipient": "predecessor", "transferredOn": TODAY, "wholeTransferred": False, "attributablePence": 1},
            False,
        ),
    ],
)
def test_what_others_were_given_counts_where_they_are_one_enterprise(more: dict[str, Any], *, refused: bool) -> None:
    entry = payloads.AssistanceEntry.model_validate({**ENTRY.model_dump(by_alias=True, exclude_none=True), **more})
    over = NOTIFIED.model_copy(update={"gross_pence": 1_500_001})
    found = refused_for("notify-assistance", Ready(awarded(entry), COMMISSIONING, over))
    assert found == (["proposal-below-the-ceiling"] if refused else [])
