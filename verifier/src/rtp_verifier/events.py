"""One event, in any of its forms: full, thin, erased, or as a FHIR signal."""

import hashlib
import json
import re
from typing import Any, NamedTuple

from .errors import NotAnEvent
from .signals import extract_thin_event

RECEIVED, FEED = 0, 1


class Event(NamedTuple):
    """An event without its body."""

    source: str
    partitionkey: str
    """With the source it names the chain: the events of one case (or subscription) that one service published."""
    sequence: int
    id: str
    hash: str
    """SHA-256 of the full event's bytes; of one without data as it says itself."""
    previous: str | None
    attributes: str | None
    """Hash of what the full and the thin form have in common; None where erasure or FHIR left some of it out."""
    erased: bool
    type: str
    time: str
    place: str
    """The file or page that it is from, and which of the events in it."""
    side: int
    """RECEIVED or FEED."""

    @property
    def position(self) -> dict[str, Any]:
        return {"source": self.source, "partitionkey": self.partitionkey, "sequence": self.sequence}

    @property
    def summary(self) -> dict[str, Any]:
        return self.position | {"id": self.id, "type": self.type, "time": self.time, "place": self.place}


_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHA256 = "[0-9a-f]{64}"
_ATTRIBUTES = {
    "specversion": r"1\.0",
    "id": _UUID,
    "source": "[!-~]+",
    "type": r"org\.righttoprovide\.[a-z0-9-]+\.[a-z0-9-]+\.v[1-9][0-9]*",
    "subject": f"[a-z-]+/{_UUID}",
    "time": r"[0-9-]{10}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9:]{5})",
    "partitionkey": _UUID,
    "sequence": "(?!0+$)[0-9]{10,18}",
    "previoushash": _SHA256,
    "eventhash": _SHA256,
}
_OPTIONAL = {"previoushash", "eventhash"}
_OF_ONE_FORM = {"data", "datacontenttype", "dataschema", "eventhash", "erasedat"}


def read_event(body: bytes, value: Any, place: str, side: int) -> Event:
    """Read an event from its body and the JSON value of that. Raises NotAnEvent."""
    if not isinstance(value, dict):
        raise NotAnEvent("not a JSON object")
    if signal := value.get("resourceType") == "Bundle":
        value = extract_thin_event(value)
    event = {name: each for name, each in value.items() if each is not None}
    _check(event)
    return Event(
        source=event["source"],
        partitionkey=event["partitionkey"],
        sequence=int(event["sequence"]),
        id=event["id"],
        hash=hashlib.sha256(body).hexdigest() if "data" in event else event["eventhash"],
        previous=event.get("previoushash"),
        attributes=None if signal or "erasedat" in event else _hash_attributes(event),
        erased="erasedat" in event,
        type=event["type"],
        time=event["time"],
        place=place,
        side=side,
    )


def _check(event: dict[str, Any]) -> None:
    for name, pattern in _ATTRIBUTES.items():
        if name in _OPTIONAL and name not in event:
            continue
        if not (isinstance(value := event.get(name), str) and re.fullmatch(pattern, value)):
            raise NotAnEvent(f"attribute {name} is missing or not as the platform writes it")
    key = event["partitionkey"]
    if event["subject"].partition("/")[2] != key or event.get("caseid", key) != key:
        raise NotAnEvent("subject, caseid and partitionkey do not name one case")
    if ("data" in event) == ("eventhash" in event):
        raise NotAnEvent("neither data nor eventhash, or both")


def _hash_attributes(event: dict[str, Any]) -> str:
    common = {name: value for name, value in event.items() if name not in _OF_ONE_FORM}
    return hashlib.sha256(json.dumps(common, sort_keys=True).encode()).hexdigest()
