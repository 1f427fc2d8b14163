"""Services that a challenge cannot be about: asked before it is submitted."""

from collections.abc import Sequence
from dataclasses import replace

from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent, InterestContent


@guard("/records/interest-content")
def service_is_not_excluded(step: Step) -> str | None:
    """The service is not one commissioned or provided in respect of a named person with complex individual health or
    social care needs (Localism Act 2011 s.81(5); SI 2012/1313 reg 4, Sch 2 para 4). Paragraphs 2 and 3, on services
    commissioned with the health service or by an NHS body, ceased to have effect on 1 April 2014 (reg 4(2)).
    """
    content = step.snapshot.find(ChallengeContent)
    if content is None or content.for_a_named_person is None:
        return "say in forANamedPerson whether it is a service for a named person with complex individual needs"
    if content.for_a_named_person:
        return "a service for a named person with complex individual needs is excluded (SI 2012/1313 Sch 2 para 4)"
    return None


def ask_for_exclusion(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return the actions of a draft, with the question whether the service is excluded."""
    asking = {
        "describe-interest": lambda each: replace(each, payload_model=ChallengeContent),
        "submit": lambda each: each.with_guards(service_is_not_excluded),
    }
    return tuple(asking[each.name](each) if each.name in asking else each for each in actions)


def _describe(now: Action) -> Action:
    return replace(now, payload_model=InterestContent)


def _submit(now: Action) -> Action:
    named = service_is_not_excluded.name
    return now.without_guard(named) if named in {each.name for each in now.guards} else now


VERSION_2 = Earlier(actions={"describe-interest": _describe, "submit": _submit})
