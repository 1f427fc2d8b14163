"""The merged OpenAPI document as reference pages read it: operations by name, tags in order, who uses which schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rtp_gateway.types import JsonMapping

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
_REFERENCE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the document, with the parameters of its path."""

    id: str
    method: str
    path: str
    content: JsonMapping
    parameters: tuple[JsonMapping, ...]

    @property
    def tag(self) -> str:
        tags: list[str] = self.content["tags"]
        return tags[0]

    @property
    def summary(self) -> str:
        summary: str = self.content["summary"]
        return summary

    def matches(self, words: list[str]) -> bool:
        """Return True if each of the words stands somewhere in what a list shows of the operation."""
        text = f"{self.id} {self.method} {self.path} {self.summary} {self.tag}".lower()
        return all(word in text for word in words)


@dataclass(frozen=True)
class Reference:
    """The operations and schemas of a document, with who uses which; worked out once for each document."""

    document: JsonMapping
    operations: Mapping[str, Operation] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", {each.id: each for each in _list_operations(self.document)})

    @property
    def schemas(self) -> JsonMapping:
        schemas: JsonMapping = self.document["components"]["schemas"]
        return schemas

    @cached_property
    def users(self) -> Mapping[str, list[Operation]]:
        """By name of a schema: the operations that send or answer it, directly or within another."""
        found: dict[str, list[Operation]] = {name: [] for name in self.schemas}
        for operation in self.operations.values():
            for name in self._list_schemas(operation.content):
                found[name].append(operation)
        return found

    def list_by_tag(self, words: list[str]) -> Iterator[tuple[JsonMapping, list[Operation]]]:
        """Yield the tags with their operations that match; a tag without any is left out."""
        for tag in self.document["tags"]:
            matching = [each for each in self.operations.values() if each.tag == tag["name"] and each.matches(words)]
            if matching:
                yield tag, matching

    def resolve(self, part: JsonMapping) -> JsonMapping:
        """Return what a part of the document refers to, or the part itself where it refers to nothing."""
        while "$ref" in part:
            _, *names = part["$ref"].split("/")
            part = self.document
            for name in names:
                part = part[name]
        return part

    def _list_schemas(self, content: object) -> set[str]:
        found: set[str] = set()
        waiting = [content]
        while waiting:
            for reference in _list_references(waiting.pop()):
                name = reference.rpartition("/")[2]
                if not reference.startswith(_REFERENCE):
                    waiting.append(self.resolve({"$ref": reference}))
                elif name not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
        return found


def _list_operations(document: JsonMapping) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                content = item[method]
                parameters = (*item.get("parameters", ()), *content.get("parameters", ()))
                yield Operation(content["operationId"], method.upper(), path, content, parameters)


def _list_references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _list_references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _list_references(each)


def split_words(text: str) -> list[str]:
    """Return the words of a filter, as `Operation.matches` takes them."""
    return re.findall(r"[^\s]+", text.lower())
