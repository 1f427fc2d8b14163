"""Who still holds a role when a case comes in from elsewhere."""

from dataclasses import replace

from rtp_applications.bundles.arrival import settle_here
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.identities import name_client
from tests.applications.workflow.ground import LEAD_CLIENT, NOW, build_snapshot, party


def test_whoever_is_vouched_for_by_no_client_and_no_body_holds_nothing_more() -> None:
    for holder in ("system", "scope:cases:oversee", "public", "client:elsewhere"):
        odd = party(Role.ESCALATION_REVIEWER, holder=holder)
        snapshot = replace(build_snapshot(Status.EOI_SUBMITTED), parties={odd.id: odd})
        after = settle_here(snapshot, client="portal", now=NOW)
        assert not after.parties[odd.id].holds(civil_date(NOW)), holder


def test_the_client_that_brings_a_case_takes_the_place_of_the_one_that_had_it() -> None:
    former = name_client(LEAD_CLIENT.removeprefix("client:"))
    lead, member = party(Role.APPLICANT_LEAD, person=former), party(Role.APPLICANT_MEMBER)
    snapshot = replace(build_snapshot(Status.EOI_SUBMITTED), parties={lead.id: lead, member.id: member})
    after = settle_here(snapshot, client="portal", now=NOW)
    assert (after.parties[lead.id].person, after.parties[lead.id].holder) == ("client.portal", "client:portal")
    assert (after.parties[member.id].person, after.parties[member.id].holder) == (member.person, "client:portal")
