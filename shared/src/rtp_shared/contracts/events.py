"""CloudEvents 1.0 in structured JSON: writing, reading and checking an event.

Source: CloudEvents 1.0.2 core, JSON format, and the extensions sequence, correlationid, causationid, dataref,
partitionkey and traceparent. `previoushash`, and what the contracts add about an event's subject, are ours.

Events of one source about one subject (`partitionkey`) form a chain: `sequence` counts them from 1 by
ones, and `previoushash` is the digest of the one before, so that whoever holds them can prove that none is missing or
altered.
"""

import builtins
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from rtp_shared.contracts.base import ABOUT_NOTHING, About, EventData, catalogue, read_subject_id
from rtp_shared.tracing import get_trace

CONTENT_TYPE = "application/cloudevents+json"
Data = TypeVar("Data", bound=EventData)

_ATTRIBUTE = re.compile(r"[a-z0-9]+")
_INSTANT = TypeAdapter(datetime)


class NotAnEvent(ValueError):
    """The bytes are not one of our events; the message says why."""


def compute_digest(body: bytes) -> str:
    """Return an event's hash, as the next event of its chain names it: lower-case hex SHA-256 of its bytes."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it was read: the attributes that handlers use, and its data."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject_id: UUID
    """Id of the thing that it is about. Order holds within one subject."""
    sequence: int
    """Number of this event among those of the same source and subject; starts at 1 and grows by 1."""
    data: dict[str, Any]
    attributes: dict[str, Any]
    """All context attributes, as they came."""
    traceparent: str | None = None
    correlation_id: str | None = None

    def read_as(self, kind: builtins.type[Data]) -> Data:
        return kind.model_validate(self.data)


def write(
    data: EventData,
    *,
    base_url: str,
    service: str,
    subject_id: UUID,
    sequence: int,
    dataref: str,
    previous: str | None = None,
    chain: UUID | None = None,
    about: About = ABOUT_NOTHING,
    at: datetime | None = None,
) -> tuple[UUID, bytes]:
    """Return the event's id and its bytes. Every receiver gets these bytes: they are never written a second time.

    `subject_id` names one of what `data.SUBJECT` says, and `about` what subscribers may filter by. `previous` is the
    digest of the event before it in its chain. `chain` is given where the chain is not the subject's own. `at` is when
    it happened; now if left out.
    """
    event_id, trace = uuid4(), get_trace()
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"{base_url}/{service}",
        "type": data.TYPE,
        "subject": f"{data.SUBJECT}/{subject_id}",
        "time": (at or datetime.now(UTC)).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"{base_url}/schemas/{data.TYPE}.json",
        "dataref": f"{base_url}{dataref}",
        "partitionkey": str(chain or subject_id),
        "sequence": f"{sequence:010d}",
        "correlationid": trace.correlation_id,
        "traceparent": trace.traceparent,
        **about.attributes(),
        **data.subject_attributes(subject_id),
    }
    if previous:
        event["previoushash"] = previous
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
            subject_id=read_subject_id(event),
            sequence=int(event["sequence"]),
            data=event.pop("data"),
            attributes=event,
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
