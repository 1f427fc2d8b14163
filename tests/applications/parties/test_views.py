"""Who left while the case was a draft, and who only after it was submitted."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties.views import build_party_views
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from tests.applications.workflow.ground import LEAD_CLIENT, NOW, OF_THE_EMPLOYER, build_snapshot, party

GROUP = Caller("p-lead", (LEAD_CLIENT,))
OFFICER = Caller("p-officer", ("client:officers", OF_THE_EMPLOYER))
OUTSIDE = Caller("p-adviser", ("client:outside",))
TODAY = civil_date(NOW)


def seen(snapshot: CaseSnapshot, caller: Caller) -> set[str]:
    return {each.person for each in build_party_views(snapshot, {}, caller, TODAY + timedelta(days=9))}


def a_case(*, left_on: date, joined_ms: int = 0) -> CaseSnapshot:
    joined = int(NOW.timestamp() * 1000) + joined_ms
    id_ = UUID(int=joined << 80 | 7 << 76 | 2 << 62)
    left = party(Role.APPLICANT_MEMBER, id=id_, person="p-left", valid_to=left_on)
    return replace(build_snapshot(Status.EOI_SUBMITTED, submitted_at=NOW), parties={id_: left})


def test_who_left_before_the_submission_only_the_group_knows() -> None:
    snapshot = a_case(left_on=TODAY - timedelta(days=1), joined_ms=-1000)
    assert [seen(snapshot, each) for each in (GROUP, OFFICER, OUTSIDE)] == [{"p-left"}, set(), set()]
    draft = snapshot.with_case(submitted_at=None)
    assert seen(draft, OUTSIDE) == {"p-left"}


def test_who_left_after_it_everybody_knows() -> None:
    snapshot = a_case(left_on=TODAY, joined_ms=-1000)
    assert [seen(snapshot, each) for each in (GROUP, OFFICER, OUTSIDE)] == [{"p-left"}] * 3


def test_who_joined_after_it_and_left_on_the_same_day_everybody_knows() -> None:
    snapshot = a_case(left_on=TODAY - timedelta(days=1), joined_ms=1)
    assert [seen(snapshot, each) for each in (GROUP, OFFICER, OUTSIDE)] == [{"p-left"}] * 3
