"""What every event's data has in common."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

PREFIX = "org.righttoprovide"
CASES = "cases"


class EventData(BaseModel):
    """The `data` of one event. Thin: no names, no free text; whoever may know more follows `dataref`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    """`org.righttoprovide.<service>.<noun-verb>.v<n>`: CloudEvents type, routing key and name of the example file."""

    SUBJECT: ClassVar[str] = CASES
    """What the event is about, as the first part of its `subject`: mostly a case."""

    READERS: ClassVar[str] = "Clients and bodies that could see the case when it happened, and still may"
    """Who is shown it, in words for the catalogue of events."""

    SINCE: ClassVar[str] = "1.0.0"
    """Version of the AsyncAPI document that had it first. A field added later says so by `x-since` in its schema."""

    DEPRECATED: ClassVar[str | None] = None
    """Since when it should not be relied on any more, and what takes its place."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "TYPE" in cls.__dict__:
            _CATALOGUE[cls.TYPE] = cls


_CATALOGUE: dict[str, type[EventData]] = {}


def catalogue() -> dict[str, type[EventData]]:
    """Every event type that any service publishes, by its name."""
    return dict(_CATALOGUE)
