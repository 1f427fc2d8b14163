"""The parts common to every event's data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

PREFIX = "org.righttoprovide"
CASES = "cases"


@dataclass(frozen=True, slots=True)
class About:
    """The facts of a case that subscribers may filter by. What is not known is left out of the event."""

    route: str | None = None
    sector: str | None = None
    region: str | None = None
    """ONS code of the employing body's region."""
    employer: UUID | None = None
    commissioner: UUID | None = None

    def attributes(self) -> dict[str, str]:
        """Return the CloudEvents attributes that say it."""
        known = {name: getattr(self, name) for name in FILTER_ATTRIBUTES}
        return {name: str(value) for name, value in known.items() if value}


ABOUT_NOTHING = About()
FILTER_ATTRIBUTES = tuple(field.name for field in fields(About))
"""Names of the attributes that subscribers may filter by."""


class EventData(BaseModel):
    """The `data` of one event. Thin: no names, no free text; whoever may know more follows `dataref`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    """`org.righttoprovide.<service>.<noun-verb>.v<n>`: CloudEvents type, routing key and name of the example file."""

    SUBJECT: ClassVar[str] = CASES
    """The kind of thing that the event is about, as the first part of its `subject`: mostly a case."""

    READERS: ClassVar[str] = "Clients and bodies that could see the case when it happened, and still may"
    """The readers of the event, in words for the catalogue of events."""

    PEOPLE: ClassVar[Mapping[str, str]] = {}
    """The fields that hold ids of people, and of what kind: to erase somebody's data, only these are looked at."""

    SINCE: ClassVar[str] = "1.0.0"
    """Version of the AsyncAPI document that had it first. A field added later says so by `x-since` in its schema."""

    DEPRECATED: ClassVar[str | None] = None
    """Since when it should not be relied on any more, and what takes its place."""

    def subject_attributes(self, subject_id: UUID) -> dict[str, str]:
        """Return the attribute that names the subject besides `subject` itself: `caseid`, for events about a case."""
        return {"caseid": str(subject_id)} if self.SUBJECT == CASES else {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "TYPE" in cls.__dict__:
            _CATALOGUE[cls.TYPE] = cls


_CATALOGUE: dict[str, type[EventData]] = {}


def read_subject_id(attributes: Mapping[str, Any]) -> UUID:
    """Return the id of what an event is about: its case, or whatever else its chain is of (`partitionkey`)."""
    return UUID(attributes.get("caseid") or attributes["partitionkey"])


def catalogue() -> dict[str, type[EventData]]:
    """Every event type that any service publishes, by its name."""
    return dict(_CATALOGUE)
