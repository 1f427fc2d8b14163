"""Version 2: nothing was corrected after its submission; of a challenge nothing was submitted outside a period, and
each kind of well-being was asked for.
"""

from dataclasses import replace

from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.interest.guards import is_within
from rtp_applications.workflow.stages.interest.payloads import InterestContent


@guard()
def window_open(step: Step) -> str | None:
    """The authority takes expressions of interest today: its published periods, any time if none (s.82)."""
    windows = step.snapshot.get_rule("eoi-windows")
    if not windows or any(is_within(step.today, window) for window in windows):
        return None
    return "the authority takes expressions of interest only in its published periods"


REQUIRED = (
    "finances", "capability", "service", "area", "outcomes", "social_value", "economic_value", "environmental_value",
    "user_needs", "employee_engagement",
)  # fmt: skip
"""All but partners, whom not everybody has. Only employees challenge here, so the last is always required."""


@guard("/records/interest-content")
def content_is_complete(step: Step) -> str | None:
    """The expression of interest says all that the regulations require (Localism Act 2011 s.81; SI 2012/1313)."""
    content = step.snapshot.find(InterestContent)
    said = content.model_dump(by_alias=True) if content else {}
    aliases = [str(InterestContent.model_fields[name].alias) for name in REQUIRED]
    missing = [alias for alias in aliases if not said.get(alias)]
    return f"describe the interest; missing: {', '.join(missing)}" if missing else None


def _submit(now: Action) -> Action:
    *kept, last = now.guards
    if last.name != content_is_complete.name:
        return now
    return replace(now, guards=(*kept, window_open, content_is_complete))


VERSION_2 = Earlier(actions={"submit": _submit}, added=frozenset({"correct-interest"}))
