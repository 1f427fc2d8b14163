"""What was published of the events stays: each kind of break is told of, each kind of growth is let through."""

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, create_model

from rtp_gateway.inbound.portal import asyncapi
from rtp_operations import growth
from rtp_shared.contracts import EventData, catalogue

ROOT = Path(__file__).parents[2]

NAME = "org.righttoprovide.made-up.thing-done.v1"
OTHER = "org.righttoprovide.made-up.thing-begun.v1"
DOCUMENT = asyncapi.build_document(public_url="https://righttoprovide.example")
RECORD = Path(__file__).parents[2] / "asyncapi" / "published.json"


class Outcome(StrEnum):
    DONE = "done"
    UNDONE = "undone"


class Part(BaseModel):
    name: str
    share: int | None = None


class MadeUp(EventData):
    """Given its type only afterwards, and so not in the catalogue of what is really published."""


MadeUp.TYPE = NAME


class Thing(MadeUp):
    """As it was published first."""

    thing_id: UUID = Field(description="The thing")
    outcome: Outcome = Field(description="What came of it")
    kind: str = Field(description="What it is")
    count: int = Field(default=0, description="How many")
    parts: list[Part] = Field(default=[], description="What it is made of")
    body: UUID | None = Field(default=None, description="Who did it")
    at: datetime = Field(description="When")


def promised(kind: type[EventData]) -> growth.PublishedRecord:
    return growth.list_promises({OTHER: Thing, NAME: kind}, DOCUMENT)


def describe(after: type[EventData]) -> list[str]:
    return growth.find_breaks(promised(Thing), promised(after))


def with_field(name: str, annotation: Any, default: Any = ...) -> type[EventData]:
    """The thing with one field more, or another one in its place."""
    return create_model("Thing", __base__=Thing, **{name: (annotation, default)})  # type: ignore[call-overload, no-any-return]


def without(name: str) -> type[EventData]:
    kept = {
        field: (part.annotation, ... if part.is_required() else part.default)
        for field, part in Thing.model_fields.items()
        if field != name
    }
    return create_model("Thing", __base__=MadeUp, **kept)  # type: ignore[call-overload, no-any-return]


class FewerOutcomes(StrEnum):
    DONE = "done"


class MoreOutcomes(StrEnum):
    DONE = "done"
    UNDONE = "undone"
    UNKNOWN = "unknown"


class PartWithout(BaseModel):
    name: str


class PartStricter(BaseModel):
    name: str
    share: int


class PartGrown(Part):
    colour: str | None = None


class Elsewhere(Thing):
    SUBJECT: ClassVar[str] = "subscriptions"


class PartAsking(Part):
    colour: str


def renamed() -> type[EventData]:
    return create_model("Thing", __base__=without("kind"), sort=(str, ...))


BREAKS = {
    "a field goes": (without("count"), "count was published and is gone"),
    "a required field goes": (without("at"), "at was published and is gone"),
    "a field is renamed": (renamed(), "kind was published and is gone"),
    "a field gets another name": (renamed(), "sort is new and required"),
    "another type": (with_field("count", str, ""), "count was published as 'optional integer default=0'"),
    "another format": (with_field("thing_id", str), "thingId was published as 'required string uuid'"),
    "a text becomes a list of words": (
        with_field("kind", Literal["a", "b"]),
        "kind was published as 'required string'",
    ),
    "a limit": (with_field("kind", str, Field(max_length=5)), "would be 'required string maxLength=5'"),
    "one becomes many": (with_field("kind", list[str]), "would be 'required array'"),
    "required becomes optional": (with_field("kind", str, "none"), "would be 'optional string default=\"none\"'"),
    "nothing may come": (with_field("kind", str | None, None), "would be 'optional null or string default=null'"),
    "optional becomes required": (with_field("count", int), "would be 'required integer'"),
    "another default": (with_field("count", int, 1), "would be 'optional integer default=1'"),
    "nothing may come no more": (with_field("body", UUID), "body was published as"),
    "a list loses a word": (with_field("outcome", FewerOutcomes), "outcome = undone was published and is gone"),
    "a list of words becomes a text": (with_field("outcome", str), "outcome = done was published and is gone"),
    "parts become texts": (with_field("parts", list[str], []), "parts[].name was published and is gone"),
    "a part loses a field": (with_field("parts", list[PartWithout], []), "parts[].share was published and is gone"),
    "a part's field is required": (with_field("parts", list[PartStricter], []), "parts[].share was published as"),
    "a part's new field is required": (with_field("parts", list[PartAsking], []), "parts[].colour is new and required"),
    "a new field is required": (with_field("later", str), "later is new and required"),
    "about something else": (Elsewhere, "(about) was published as 'cases' and would be 'subscriptions'"),
}


@pytest.mark.parametrize(("after", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_is_told_of_with_the_way_out(after: type[EventData], said: str) -> None:
    sentences = describe(after)
    assert any(said in sentence and sentence.startswith(f"{NAME}: ") for sentence in sentences), sentences
    assert all("thing-done.v2 beside it" in each or "give it a default" in each for each in sentences)


GROWTH = {
    "nothing changes": Thing,
    "an optional field": with_field("later", str | None, None),
    "an optional list": with_field("later", list[Part], []),
    "an optional object with required fields": with_field("later", Part | None, None),
    "a list gains a word": with_field("outcome", MoreOutcomes),
    "a part gains an optional field": with_field("parts", list[PartGrown], []),
    "only words": with_field("kind", str, Field(description="Said otherwise", examples=["a"], title="Kind of thing")),
}


@pytest.mark.parametrize("after", GROWTH.values(), ids=GROWTH.keys())
def test_growth_is_let_through(after: type[EventData]) -> None:
    assert describe(after) == []


def test_a_new_type_is_growth_and_the_loss_of_one_is_not() -> None:
    both = growth.list_promises({OTHER: Thing, NAME: Thing, NAME.replace("v1", "v2"): renamed()}, DOCUMENT)
    assert growth.find_breaks(promised(Thing), both) == []
    lost = growth.find_breaks(both, promised(Thing))
    [sentence] = lost
    assert sentence == (
        f"{NAME.replace('v1', 'v2')} was published and is gone: keep it, and publish {NAME[:-1]}3 beside it "
        "(or, if it was never released: git checkout asyncapi/published.json)"
    )


def _lose_an_attribute(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["signed-headers"]["properties"]["webhook-id"]


def _move_the_feed(document: dict[str, Any]) -> None:
    document["channels"]["feed"]["address"] = "/v2/events"


def _lose_the_queue(document: dict[str, Any]) -> None:
    del document["channels"]["queue"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_lose_an_attribute, "headers of a message that is signed: webhook-id was published and is gone"),
        (_move_the_feed, "channel feed: (address) was published as '/v1/events' and would be '/v2/events'"),
        (_lose_the_queue, "channel queue was published and is gone"),
    ],
)
def test_headers_and_addresses_are_promises_too(change: Callable[[dict[str, Any]], None], said: str) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    change(document)
    sentences = growth.find_breaks(promised(Thing), growth.list_promises({OTHER: Thing, NAME: Thing}, document))
    assert [sentence.partition(": what subscribers")[0] for sentence in sentences] == [said]


def test_attributes_are_promises_too() -> None:
    today = promised(Thing)
    yesterday = {**today, "attributes of cases": {**today["attributes of cases"], "colour": "optional string"}}
    assert "attributes of cases: colour was published and is gone" in growth.find_breaks(yesterday, today)[0]


def test_the_contracts_say_all_that_was_ever_published() -> None:
    record = json.loads(RECORD.read_text())
    assert len(record) > len(catalogue())
    assert growth.find_breaks(record, growth.list_promises(catalogue(), DOCUMENT)) == []


@pytest.mark.parametrize("arguments", [[], ["--check"]])
@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"org.righttoprovide.applications.case-lost.v1": {}}, "publish org.righttoprovide.applications.case-lost.v2"),
        (None, "published.json is missing"),
    ],
)
def test_the_command_refuses_and_writes_nothing(
    record: dict[str, Any] | None,
    said: str,
    arguments: Sequence[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from rtp_operations import documents

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["documents", *arguments])
    if record is not None:
        (tmp_path / "asyncapi").mkdir()
        (tmp_path / "asyncapi" / "published.json").write_text(json.dumps(record))
    before = sorted(tmp_path.rglob("*.*"))
    assert documents.main() == 1
    assert said in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*.*")) == before
    if record is not None:
        assert json.loads((tmp_path / "asyncapi" / "published.json").read_text()) == record


def test_the_command_adds_what_is_new_to_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rtp_operations import documents

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["documents"])
    for folder in ("asyncapi", "docs", "openapi"):
        (tmp_path / folder).mkdir()
    (tmp_path / "asyncapi" / "published.json").write_text("{}")
    shutil.copy(ROOT / documents.OPERATIONS, tmp_path / "docs")
    assert documents.main() == 0
    assert json.loads((tmp_path / "asyncapi" / "published.json").read_text()).keys() >= catalogue().keys()
    monkeypatch.setattr("sys.argv", ["documents", "--check"])
    assert documents.main() == 0
    assert "written" in capsys.readouterr().out
