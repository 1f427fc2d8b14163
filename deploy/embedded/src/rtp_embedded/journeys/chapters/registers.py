"""What is public: decisions, and counts of what stands in staff groups' way."""

from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, answered, pages


def published(story: Story, case: Case, *, body: str, service: str) -> list[dict[str, Any]]:
    """The decisions on a service of a body, newest first, as anybody may read them: without the case's number."""
    found = list(pages(story.stranger(), "/v1/decisions", body=body, q=service))
    story.must(found, otherwise=f"no decision on {service} is in the register")
    story.must(case.number not in str(found) and case.id not in str(found), otherwise="the register names the case")
    newest = found[0]
    state = f", {newest['overturned']} since" if newest["overturned"] else ""
    story.tell(f"the public register says: {newest['decision']} on {newest['decidedOn']}{state}")
    return found


def report_barrier(story: Story, cast: Cast, case: Case, **told: Any) -> str:
    """What stands in the way is known to the group alone, until it discloses it."""
    reported = answered(cast.lead.asks("POST", f"{case.path}/barriers", told))
    hidden = list(pages(cast.officer.api, f"{case.path}/barriers"))
    story.must(not hidden, otherwise="the body learns of a barrier that is not disclosed")
    story.tell(f"{cast.lead.called} reports a barrier, {reported['kind']}; the body cannot see it")
    barrier: str = reported["id"]
    return barrier


def disclose_barrier(story: Story, cast: Cast, barrier: str) -> None:
    answered(cast.lead.asks("POST", f"/v1/barriers/{barrier}/actions/disclose"))
    story.tell(f"{cast.lead.called} discloses the barrier")


def barrier_is_removed(story: Story, cast: Cast, barrier: str, *, answer: str, outcome: str) -> None:
    """The body says what it will do; whether that helped, the group says."""
    given = {"answer": answer, "dueOn": story.today.isoformat()}
    answered(cast.officer.asks("POST", f"/v1/barriers/{barrier}/actions/answer", given))
    answered(cast.lead.asks("POST", f"/v1/barriers/{barrier}/actions/close", {"state": "removed", "outcome": outcome}))
    counts = list(pages(story.stranger(), "/v1/barriers/counts"))
    story.must(any(each["removed"] for each in counts), otherwise="the public counts do not tell of it")
    story.tell("the barrier is removed, and counted in public")
