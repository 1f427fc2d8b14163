"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.incorporation.payloads import PlainLegalEntity


@guard("/committedPence", payload=True)
def commitment_is_dated(step: Step) -> str | None:
    """What is committed was committed on a day that is not in the future."""
    payload = step.payload
    if not payload.committed_pence or (payload.committed_on and payload.committed_on <= step.today):
        return None
    return "say when it was committed"


def _record_finance(now: Action) -> Action:
    return without_bounds()(now).replace_guard(commitment_is_dated.name, commitment_is_dated)


def _record_entity(now: Action) -> Action:
    return without_bounds()(replace(now, payload_model=PlainLegalEntity, effects=()))


VERSION_2 = Earlier(actions={"record-legal-entity": _record_entity, "record-finance-commitment": _record_finance})
