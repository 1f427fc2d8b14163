"""Taking an action: its payload is made what the case's own process takes, and the engine is asked."""

from dataclasses import replace

from pydantic import ValidationError

from rtp_applications.cases import store
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import NoSuchSuccessor
from rtp_applications.cases.numbers import make_number
from rtp_applications.workflow import engine
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import ENDED
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.cross_stage.payloads import Succession
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.validation import describe_failure


async def take_action(
    context: CommandContext, before: CaseSnapshot, *, name: str, payload: Payload | None
) -> CaseChange:
    """Return what the action makes of the case, or refuse."""
    process = context.get_process(before)
    fitted = fit_payload(process, name, payload)
    change = engine.apply_action(process, before, name, fitted, context.caller, context.now)
    if isinstance(payload, Succession):
        await _require_successor(context, payload)
    if change.discloses and (number := await _find_free_number(context, before.case.number)) != before.case.number:
        renumbered = before.with_case(number=number)
        change = engine.apply_action(process, renumbered, name, fitted, context.caller, context.now)
        return replace(change, before=before)
    return change


async def _find_free_number(context: CommandContext, number: str) -> str:
    """Return the number, or another one where a submitted case has it: to whoever put that one on file, the number was
    free although a draft had it.
    """
    while await store.is_number_taken(context.session, number):
        number = make_number()
    return number


def fit_payload(process: Process, name: str, payload: Payload | None) -> Payload | None:
    """Return the record that this process takes; raise Invalid for what only another route's process would."""
    action = process.by_name.get(name)
    if action is None or payload is None or type(payload) is action.payload_model:
        return payload
    given = payload.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        return action.payload_model.model_validate(given)
    except ValidationError as error:
        raise Invalid(errors=describe_failure(error, given)) from error


async def _require_successor(context: CommandContext, payload: Succession) -> None:
    """Refuse a successor that is not known or has ended.

    Asked only of who may supersede: to anybody else the answer would tell of cases that they may not know of.
    """
    status = await store.find_status(context.session, payload.successor_case_id, readers=context.caller.identities)
    if status is None:
        raise NoSuchSuccessor(errors=[FieldError("/successorCaseId", "no such case, or you may not know of it")])
    if status in ENDED:
        raise NoSuchSuccessor(errors=[FieldError("/successorCaseId", f"it has ended: {status}")])
