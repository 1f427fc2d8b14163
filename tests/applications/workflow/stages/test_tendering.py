"""Time limits of a tender (Procurement Act 2023 s.54), and notices that open one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award import payloads
from rtp_applications.workflow.stages.award.tendering import ShorterPeriod, TenderInvitation
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination, SelectionRoute
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, breaks, on_payload, put, ready, refused_for, take
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import (
    COMMISSIONING,
    CONSIDERED,
    LIGHT,
    OPEN,
    TODAY,
    notice,
    on,
    terms,
)
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import criteria, under
from tests.applications.workflow.stages.test_restarts import end

UK4, UK6 = payloads.NoticeKind.UK4, payloads.NoticeKind.UK6
INVITING = payloads.NoticeKind.SELECTION_CONTRACT
PUBLISHED = date(2026, 11, 2)


def tender(**more: Any) -> payloads.TenderNotice:
    said = {"kind": "UK4", "noticeId": "2026/S 000-UK4", "publishedOn": PUBLISHED, **more}
    return payloads.TenderNotice.model_validate(said)


def invitation(on_day: date = TODAY, days: int = 35, **more: Any) -> TenderInvitation:
    said = {"invitedOn": on_day, "tendersDueOn": on_day + timedelta(days=days), **more}
    return TenderInvitation.model_validate(said)


REQUESTS = notice(UK4, TODAY - timedelta(days=40)).model_copy(update={"requests_due_on": TODAY - timedelta(days=15)})
participating = on(Status.TENDER_LIVE, OPEN, terms(), CONSIDERED, REQUESTS)
ready("invite-tenders", Ready(participating, COMMISSIONING, invitation()))
breaks("invite-tenders", "requests-were-invited")(ground.on_snapshot(put, notice(UK4)))
breaks("invite-tenders", "tendering-period-is-lawful")(on_payload(tenders_due_on=TODAY + timedelta(days=34)))
breaks("publish-tender", "time-limits-are-lawful")(ground.on_snapshot(put, OPEN))


@breaks("record-notice", "time-limits-are-lawful")
def _(attempt: Ready) -> Ready:
    return replace(attempt, snapshot=on(Status.TENDER_LIVE, OPEN), payload=notice(UK4))


@breaks("record-notice", "time-limits-are-of-a-tender")
def _(attempt: Ready) -> Ready:
    return ground.giving(attempt, tenders_due_on=TODAY)


@breaks("publish-tender", "time-limits-are-of-a-tender")
def _(attempt: Ready) -> Ready:
    inviting = payloads.TenderNotice.model_validate(
        {"kind": INVITING, "noticeId": "2026/S 000-1", "publishedOn": TODAY, "tendersDueOn": TODAY}
    )
    return replace(attempt, snapshot=under(SelectionRoute.COMPETITIVE, criteria()), payload=inviting)


breaks("record-notice", "tender-is-opened-by-its-own-action")(on_payload(kind=UK4))


@breaks("begin-standstill", "tendering-period-over")
@breaks("award", "tendering-period-over")
def _(attempt: Ready) -> Ready:
    """Those who may participate were not invited yet; in the award, after a standstill."""
    held = on(Status.TENDER_LIVE, OPEN, terms(), CONSIDERED, contracts.TENDER)
    if attempt.payload is not None and isinstance(attempt.payload, payloads.Award):
        begun = take("begin-standstill", Ready(held, COMMISSIONING, awarding())).after
        over = ground.get_deadline(begun, "standstill")
        entered = contracts.AWARD.model_copy(update={"entered_into_on": over.due_on + timedelta(days=1)})
        asked = notice(UK4).model_copy(update={"requests_due_on": TODAY})
        return replace(attempt, snapshot=put(begun, asked), now=over.due_at, payload=entered)
    return replace(attempt, snapshot=put(held, REQUESTS), payload=awarding())


def awarding(published_on: date = TODAY) -> payloads.AwardNotice:
    return payloads.AwardNotice.model_validate(
        {"kind": "UK6", "noticeId": "2026/S 000-UK6", "publishedOn": published_on}
    )


BOTH = {"electronicTenders": True, "documentsAtOnce": True}
LAW_3, LAW_4 = "s.54(3)", "s.54(4)"


@pytest.mark.parametrize(
    ("more", "due", "section"),
    [
        (BOTH, date(2026, 11, 27), LAW_4),  # 25 days, of which 3 November is the first
        ({"electronicTenders": True}, date(2026, 12, 2), LAW_4),  # 30: the documents do not come at once
        ({"documentsAtOnce": True}, date(2026, 12, 2), LAW_4),  # 30: on paper
        ({}, date(2026, 12, 7), LAW_4),  # 35: neither is said
        ({"shorterBecause": "state-of-urgency"}, date(2026, 11, 12), LAW_4),
        ({"shorterBecause": "qualifying-planned-procurement-notice"}, date(2026, 11, 12), LAW_4),
        ({"shorterBecause": "dynamic-market", **BOTH}, date(2026, 11, 12), LAW_4),
    ],
)
def test_tenders_have_the_days_of_the_table(more: dict[str, Any], due: date, section: str) -> None:
    held = on(Status.CONTRACT_ROUTE, OPEN, terms(), CONSIDERED, now=at(PUBLISHED))
    held = put(put(held, OPEN.model_copy(update={"determined_on": PUBLISHED})), CONSIDERED)
    for day, refused in ((due - timedelta(days=1), True), (due, False)):
        opening = Ready(held, COMMISSIONING, tender(tendersDueOn=day, **more), now=at(PUBLISHED))
        assert refused_for("publish-tender", opening) == (["time-limits-are-lawful"] if refused else [])
    with pytest.raises(GuardsNotMet) as refusal:
        take("publish-tender", replace(opening, payload=tender(tendersDueOn=due - timedelta(days=1), **more)))
    assert section in refusal.value.errors[0].reason


@pytest.mark.parametrize(
    ("more", "due"), [({}, date(2026, 11, 27)), ({"shorterBecause": "state-of-urgency"}, date(2026, 11, 12))]
)
def test_requests_to_participate_have_25_days_or_10(more: dict[str, Any], due: date) -> None:
    """S.54(3): no planned notice shortens it."""
    held = on(Status.CONTRACT_ROUTE, OPEN.model_copy(update={"determined_on": PUBLISHED}), terms(), CONSIDERED)
    for day, refused in ((due - timedelta(days=1), ["time-limits-are-lawful"]), (due, [])):
        opening = Ready(held, COMMISSIONING, tender(requestsDueOn=day, **more), now=at(PUBLISHED))
        assert refused_for("publish-tender", opening) == refused
    planned = tender(requestsDueOn=date(2026, 11, 26), shorterBecause="qualifying-planned-procurement-notice")
    assert refused_for("publish-tender", replace(opening, payload=planned)) == ["time-limits-are-lawful"]


@pytest.mark.parametrize(
    ("found", "refused"),
    [(OPEN, ["time-limits-are-lawful"]), (LIGHT, [])],
    ids=["s.54(4)", "light touch: no minimum period"],
)
def test_who_must_say_by_when(found: RegimeDetermination, refused: list[str]) -> None:
    held = on(Status.CONTRACT_ROUTE, found, terms(), CONSIDERED)
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, notice(UK4))) == refused
    preselected = tender(
        publishedOn=TODAY, tendersDueOn=TODAY + timedelta(days=10), shorterBecause="preselected-suppliers-only"
    )
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, preselected)) == refused


@pytest.mark.parametrize(
    ("kind", "days", "more", "refused"),
    [
        ("county", 10, {"shorterBecause": ShorterPeriod.PRESELECTED}, []),
        ("county", 9, {"shorterBecause": ShorterPeriod.PRESELECTED}, ["tendering-period-is-lawful"]),
        ("county", 3, {"shorterBecause": ShorterPeriod.NEGOTIATED}, []),
        ("nhs-trust", 10, {"shorterBecause": ShorterPeriod.PRESELECTED}, ["tendering-period-is-lawful"]),
        ("nhs-trust", 3, {"shorterBecause": ShorterPeriod.NEGOTIATED}, ["tendering-period-is-lawful"]),
        ("nhs-trust", 25, BOTH, []),
        ("county", 24, BOTH, ["tendering-period-is-lawful"]),
    ],
)
def test_who_was_preselected_may_be_given_less_time(
    kind: str, days: int, more: dict[str, Any], refused: list[str]
) -> None:
    """S.54(4): an NHS trust is a central government authority (SI 2024/692 Schedule 2)."""
    buying = ground.with_employer(participating.with_case(commissioner_id=ground.EMPLOYER), kind=kind)
    inviting = Ready(buying, COMMISSIONING, invitation(days=days, **more))
    assert refused_for("invite-tenders", inviting) == refused


def test_nothing_is_awarded_before_the_last_day_for_tenders_is_over() -> None:
    due = TODAY + timedelta(days=35)
    invited = take("invite-tenders", Ready(participating, COMMISSIONING, invitation())).after
    for day, refused in ((due, ["tendering-period-over", "published-on-within-bounds"]), (due + timedelta(days=1), [])):
        announcing = Ready(invited, COMMISSIONING, awarding(day), now=at(day))
        assert sorted(refused_for("begin-standstill", announcing)) == sorted(refused)
    later = replace(announcing, payload=awarding(due))
    assert refused_for("begin-standstill", later) == ["published-on-within-bounds"]


@pytest.mark.parametrize(
    ("first", "again", "refused"),
    [
        ({"tendersDueOn": "2026-12-07"}, {"tendersDueOn": "2026-12-07"}, False),  # 35 days after the first notice
        ({"tendersDueOn": "2026-12-07"}, {"tendersDueOn": "2026-12-06"}, True),
        ({"requestsDueOn": "2026-11-27"}, {"requestsDueOn": "2026-11-27"}, False),  # 25 days after the first notice
        ({"requestsDueOn": "2026-11-27"}, {"requestsDueOn": "2026-11-26"}, True),
        ({"requestsDueOn": "2026-11-27"}, {"tendersDueOn": "2026-12-07"}, True),  # the first did not invite tenders
        (
            {"tendersDueOn": "2026-12-07"},
            {"tendersDueOn": "2026-12-07", "noticeId": "2026/S 000-UK4"},
            True,
        ),  # the same
    ],
)
def test_of_a_notice_that_is_republished_the_time_counts_from_the_first(
    first: dict[str, Any], again: dict[str, Any], *, refused: bool
) -> None:
    """Procurement Act 2023 ss.31(4), (5), 54(5): it was published on 2 November, and anew on 16 November."""
    anew, day = {"noticeId": "2026/S 000-UK4-2", **again}, PUBLISHED + timedelta(days=14)
    opened = take("publish-tender", Ready(to_be_opened(), COMMISSIONING, tender(**first), now=at(PUBLISHED))).after
    republished = payloads.Notice.model_validate({"kind": "UK4", "publishedOn": day, **anew})
    correcting = Ready(opened, COMMISSIONING, republished, now=at(day))
    assert refused_for("record-notice", correcting) == (["time-limits-are-lawful"] if refused else [])
    if refused:
        return
    once_more = republished.model_copy(
        update={"notice_id": "2026/S 000-UK4-3", "published_on": day + timedelta(days=2)}
    )
    twice = Ready(take("record-notice", correcting).after, COMMISSIONING, once_more, now=at(once_more.published_on))
    assert refused_for("record-notice", twice) == []


def test_the_notice_of_a_former_procurement_was_not_the_first() -> None:
    day, later = PUBLISHED + timedelta(days=2), PUBLISHED + timedelta(days=14)
    opened = take(
        "publish-tender", Ready(to_be_opened(), COMMISSIONING, tender(tendersDueOn="2026-12-07"), now=at(PUBLISHED))
    ).after
    corrected = payloads.Notice.model_validate(
        {"kind": "UK4", "noticeId": "2026/S 000-UK4-2", "publishedOn": day, "tendersDueOn": "2026-12-07"}
    )
    changed = take("record-notice", Ready(opened, COMMISSIONING, corrected, now=at(day))).after
    ended = take("end-procurement", Ready(changed, COMMISSIONING, end(day), now=at(day))).after
    noticed = take(
        "record-notice", Ready(ended, COMMISSIONING, notice(payloads.NoticeKind.UK12, day), now=at(day))
    ).after
    anew = put(put(noticed, OPEN.model_copy(update={"determined_on": later})), CONSIDERED)
    for due, refused in (("2026-12-07", ["time-limits-are-lawful"]), ("2026-12-21", [])):
        said = tender(noticeId="2026/S 000-UK4-3", publishedOn=later, tendersDueOn=due)
        assert refused_for("publish-tender", Ready(anew, COMMISSIONING, said, now=at(later))) == refused


def to_be_opened() -> CaseSnapshot:
    held = on(Status.CONTRACT_ROUTE, OPEN, terms(), CONSIDERED, now=at(PUBLISHED))
    return put(put(held, OPEN.model_copy(update={"determined_on": PUBLISHED})), CONSIDERED)


@pytest.mark.parametrize("kind", [UK4, INVITING])
@pytest.mark.parametrize("status", [Status.APPROVED, Status.CONTRACT_ROUTE])
def test_no_tender_is_opened_by_putting_its_notice_on_file(kind: payloads.NoticeKind, status: Status) -> None:
    """It would pass by all that comes before it: key criteria (SI 2023/1348 reg 11(2), (3)), social value, s.54."""
    held = on(status, contracts.selection(SelectionRoute.COMPETITIVE), terms())
    assert refused_for("record-notice", Ready(held, COMMISSIONING, notice(kind))) == [
        "tender-is-opened-by-its-own-action"
    ]


def test_an_invitation_is_not_older_than_the_criteria() -> None:
    """SI 2023/1348 reg 11(2), (3): step 1 is before step 2, also where both are put on file later."""
    held = under(SelectionRoute.COMPETITIVE, criteria(TODAY), now=at(TODAY - timedelta(days=9)))
    early = payloads.TenderNotice.model_validate(
        {"kind": INVITING, "noticeId": "2026/S 000-1", "publishedOn": TODAY - timedelta(days=1)}
    )
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, early)) == ["published-on-within-bounds"]
    timely = early.model_copy(update={"published_on": TODAY})
    assert refused_for("publish-tender", Ready(held, COMMISSIONING, timely)) == []


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE], ids=lambda each: each.route)
def test_cases_of_former_versions_say_no_time_limits(process: Process) -> None:
    former = PROCESSES[process.route, 2]
    assert "invite-tenders" not in former.by_name
    assert former.by_name["publish-tender"].payload_model.model_fields.keys() == {
        "kind", "notice_id", "ocid", "published_on"
    }  # fmt: skip
