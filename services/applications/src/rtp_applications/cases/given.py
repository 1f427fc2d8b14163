"""What is given with an action, as the process of the case takes it: routes differ, and one path serves them all."""

from pydantic import ValidationError

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.problems import FieldError, Invalid


def fitted(process: Process, name: str, given: Payload | None) -> Payload | None:
    """The record that this process takes; raise Invalid for what only another route's process would."""
    action = process.by_name.get(name)
    if action is None or given is None or isinstance(given, action.payload_model):
        return given
    try:
        return action.payload_model.model_validate(given.model_dump(mode="json", by_alias=True, exclude_unset=True))
    except ValidationError as error:
        wrong = [FieldError("".join(f"/{part}" for part in each["loc"]), each["msg"]) for each in error.errors()]
        raise Invalid(errors=wrong) from error
