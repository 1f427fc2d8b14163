"""The payload of an action as the process of the case takes it: routes differ, and one path serves them all."""

from pydantic import ValidationError

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Process
from rtp_shared.problems import FieldError, Invalid


def fit_payload(process: Process, name: str, payload: Record | None) -> Record | None:
    """Return the record that this process takes; raise Invalid for what only another route's process would."""
    action = process.by_name.get(name)
    if action is None or payload is None or isinstance(payload, action.takes):
        return payload
    try:
        return action.takes.model_validate(payload.model_dump(mode="json", by_alias=True, exclude_unset=True))
    except ValidationError as error:
        wrong = [FieldError("".join(f"/{part}" for part in each["loc"]), each["msg"]) for each in error.errors()]
        raise Invalid(errors=wrong) from error
