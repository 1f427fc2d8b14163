"""Requests for access, with their clock: extended in time, answered once, known to who vouches and who answers."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from rtp_applications.deadlines.rules.days import add_months, civil_date
from rtp_applications.subject_access.errors import TooLateToExtend
from rtp_applications.subject_access.models import SubjectAccessRequest
from rtp_shared.clock import utcnow
from rtp_shared.etags import ANY_VERSION
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio

REQUESTS = "/v1/subject-access-requests"


async def test_it_is_answered_within_a_month_or_three(group: Api) -> None:
    made = await group.post(REQUESTS, json={"person": f"p-{uuid.uuid4().hex}"})
    assert made.status_code == 201, made.text
    received = civil_date(datetime.fromisoformat(made.json()["receivedAt"]))
    assert made.json()["dueOn"] == str(add_months(received, 1))
    path, at = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    extended = await group.post(f"{path}/actions/extend", json={"reason": "Many"}, headers=at)
    assert (extended.json()["state"], extended.json()["dueOn"]) == ("extended", str(add_months(received, 3)))
    assert (await group.post(f"{path}/actions/answer", json={}, headers=at)).status_code == 412
    at = {"If-Match": extended.headers["ETag"]}
    again = await group.post(f"{path}/actions/extend", json={"reason": "More"}, headers=at)
    assert again.status_code == 409
    answered = await group.post(f"{path}/actions/answer", json={}, headers=at)
    assert (answered.json()["state"], answered.json()["answeredLate"]) == ("answered", False)
    at = {"If-Match": answered.headers["ETag"]}
    assert (await group.post(f"{path}/actions/answer", json={}, headers=at)).status_code == 409
    assert made.json()["id"] not in (await group.get(REQUESTS, params={"open": True})).text


async def test_only_who_vouches_and_who_answers_for_the_data_know_of_it(
    group: Api, outside: Api, stranger: Api, new_client: NewClient
) -> None:
    made = await group.post(REQUESTS, json={"person": f"p-{uuid.uuid4().hex}"})
    overseer = await new_client(scopes="personal-data:ask personal-data:oversee")
    for api, status in ((group, 200), (overseer, 200), (outside, 404), (stranger, 403)):
        assert (await api.get(made.headers["Location"])).status_code == status
    assert made.json()["id"] not in (await outside.get(REQUESTS)).text


async def test_a_client_that_acts_for_itself_is_no_person(group: Api) -> None:
    answer = await group.post(REQUESTS, json={"person": "client.somebody"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "/person"


@pytest.mark.parametrize(("received", "due"), [("2027-01-31", "2027-02-28"), ("2027-03-15", "2027-04-15")])
def test_the_time_ends_on_the_day_of_that_number_or_the_month_s_last(received: str, due: str) -> None:
    at = datetime.fromisoformat(received).replace(hour=12, tzinfo=UTC)
    assert str(SubjectAccessRequest(received_at=at).due_on) == due


def test_it_is_not_extended_once_the_month_is_over() -> None:
    late = SubjectAccessRequest(received_at=utcnow() - timedelta(days=40), version=1)
    with pytest.raises(TooLateToExtend):
        late.extend("Too late", ANY_VERSION, utcnow())
