"""Who leads the staff group, said to the client that speaks for it where it acts for somebody else. Pure."""

from datetime import datetime

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.identities import name_client
from rtp_applications.workflow.snapshot import CaseSnapshot


def explain_lead(snapshot: CaseSnapshot, caller: Caller, now: datetime) -> str:
    """Return who leads the group, in which role, and what to send to act for it; nothing to all but the group's own
    client, and to the lead.
    """
    client = snapshot.case.opened_by
    if caller.vouching_client != f"client:{client}":
        return ""
    lead = find_lead(snapshot, now)
    if lead is None or lead == caller.person:
        return ""
    who = "this request names nobody" if caller.person == name_client(client) else f"not {caller.person}"
    if lead == name_client(client):
        return (
            f"the client {client} itself leads the staff group ({Role.APPLICANT_LEAD}), since the case was opened "
            f"without On-Behalf-Of, {who}: send no On-Behalf-Of, and as the client appoint people (POST /v1/cases/"
            f"{snapshot.case.id}/parties) to let them act, also as {Role.APPLICANT_LEAD} in its place"
        )
    return (
        f"{lead} leads the staff group ({Role.APPLICANT_LEAD}), {who}: send On-Behalf-Of: {lead}, or in that name "
        f"appoint others (POST /v1/cases/{snapshot.case.id}/parties)"
    )


def find_lead(snapshot: CaseSnapshot, now: datetime) -> str | None:
    """Return the person who leads the staff group now."""
    today = civil_date(now)
    leads = (each for each in snapshot.parties.values() if each.role is Role.APPLICANT_LEAD and each.holds(today))
    return next((each.person for each in leads), None)
