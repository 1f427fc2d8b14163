"""CloudEvents 1.0 in structured JSON: how an event is written, read and checked.

Source: CloudEvents 1.0.2 core, JSON format, and the extensions sequence, correlationid, causationid, dataref,
partitionkey and traceparent. `caseid` is ours: every event is about one case.
"""

import builtins
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from rtp_shared.contracts import EventData, catalogue
from rtp_shared.tracing import current_trace

CONTENT_TYPE = "application/cloudevents+json"
Data = TypeVar("Data", bound=EventData)

_ATTRIBUTE = re.compile(r"[a-z0-9]+")
_INSTANT = TypeAdapter(datetime)


class NotAnEvent(ValueError):
    """The bytes are not one of our events; the message says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it was read: the attributes that handlers use, and its data."""

    id: UUID
    type: str
    source: str
    time: datetime
    case_id: UUID
    sequence: int
    """Number of this event among those of the same source and case; starts at 1 and grows by 1."""
    data: dict[str, Any]
    traceparent: str | None = None
    correlation_id: str | None = None

    def read_as(self, kind: builtins.type[Data]) -> Data:
        return kind.model_validate(self.data)


def write(
    data: EventData,
    *,
    base_url: str,
    service: str,
    case_id: UUID,
    sequence: int,
    dataref: str,
    at: datetime | None = None,
) -> tuple[UUID, bytes]:
    """The event's id and its bytes. These bytes are what every receiver gets: they are never written a second time.

    `at`: when it happened; now if left out.
    """
    event_id, trace = uuid4(), current_trace()
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"{base_url}/{service}",
        "type": data.TYPE,
        "subject": f"cases/{case_id}",
        "time": (at or datetime.now(UTC)).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"{base_url}/schemas/{data.TYPE}.json",
        "dataref": f"{base_url}{dataref}",
        "caseid": str(case_id),
        "partitionkey": str(case_id),
        "sequence": f"{sequence:010d}",
        "correlationid": trace.correlation_id,
        "traceparent": trace.traceparent,
    }
    if trace.causation_id:
        event["causationid"] = trace.causation_id
    event["data"] = data.model_dump(mode="json", by_alias=True, exclude_none=True)
    return event_id, json.dumps(event, separators=(",", ":")).encode()


def read(body: bytes) -> Envelope:
    """Read and check an event; raise NotAnEvent for anything that is not one of ours."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnEvent("not JSON") from error
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise NotAnEvent("not a JSON object with an object as its data")
    if event.get("specversion") != "1.0":
        raise NotAnEvent("specversion is not 1.0")
    if wrong := [name for name in event if not _ATTRIBUTE.fullmatch(name)]:
        raise NotAnEvent(f"attribute name {wrong[0]!r} is not lower-case letters and digits")
    try:
        envelope = Envelope(
            id=UUID(event["id"]),
            type=str(event["type"]),
            source=str(event["source"]),
            time=_INSTANT.validate_python(event["time"]),
            case_id=UUID(event["caseid"]),
            sequence=int(event["sequence"]),
            data=event["data"],
            traceparent=event.get("traceparent"),
            correlation_id=event.get("correlationid"),
        )
        if kind := catalogue().get(envelope.type):
            kind.model_validate(envelope.data)
    except KeyError as error:
        raise NotAnEvent(f"attribute {error.args[0]} is missing") from error
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise NotAnEvent(f"an attribute or the data is not right: {type(error).__name__}") from error
    return envelope
