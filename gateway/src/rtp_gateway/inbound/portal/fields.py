"""JSON Schemas for people: the fields of an object as a table, and what each of them may hold, in words."""

from collections.abc import Callable, Iterator
from html import escape

from rtp_gateway.inbound.portal.pages import render_code, render_prose, render_table
from rtp_gateway.types import JsonMapping

LinkOf = Callable[[str], str]
"""Renders the name of a schema that another refers to, as HTML."""

_WORDS = {
    "date-time": "instant, UTC",
    "date": "civil date",
    "uuid": "UUID",
    "uri-reference": "URI",
    "uri": "URI",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
}
_NULL = {"type": "null"}


def render_fields(schema: JsonMapping, link_of: LinkOf = render_code) -> str:
    """Render the fields of an object, those that are required first among equals of their order."""
    required = schema.get("required", [])
    rows = (
        [render_code(name), render_type(part, link_of), _render_need(name in required, part), render_meaning(part)]
        for name, part in schema.get("properties", {}).items()
    )
    return render_table(["Name", "Type", "Required", "What it says"], rows)


def render_type(schema: JsonMapping, link_of: LinkOf = render_code) -> str:
    """Render what a value may be. Null is left to `render_fields` where it is one of several."""
    if "$ref" in schema:
        return link_of(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return f"always {render_code(str(schema['const']))}"
    if "enum" in schema:
        return "one of " + ", ".join(render_code(str(each)) for each in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(render_type(each, link_of) for each in schema[several] if each != _NULL)
    return _render_plain_type(schema, link_of)


def _render_plain_type(schema: JsonMapping, link_of: LinkOf) -> str:
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {render_type(schema.get('items', {}), link_of)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        names = render_type(schema["propertyNames"], link_of) if "propertyNames" in schema else "name"
        return f"object: {names} to {render_type(schema['additionalProperties'], link_of)}"
    return escape(_WORDS.get(schema.get("format", ""), _WORDS.get(str(kind), str(kind))))


def _render_need(required: bool, schema: JsonMapping) -> str:
    nullable = any(_NULL in schema.get(several, []) for several in ("anyOf", "oneOf"))
    return ("yes" if required else "no") + (", may be null" if nullable else "")


def render_meaning(schema: JsonMapping) -> str:
    """Render the description, the bounds, what holds without it, an example, and since when it is there."""
    said = [render_prose(schema["description"].rstrip(".")) + "."] if schema.get("description") else []
    if bounds := list(dict.fromkeys(_list_bounds(schema))):
        said.append(f"{', '.join(bounds).capitalize()}.")
    if schema.get("default") not in (None, [], {}, ""):
        said.append(f"Without it: {render_code(_to_text(schema['default']))}.")
    if examples := schema.get("examples"):
        said.append(f"Example: {render_code(_to_text(examples[0]))}.")
    if "x-since" in schema:
        said.append(f"Since {escape(schema['x-since'])}.")
    return " ".join(said)


def _list_bounds(schema: JsonMapping) -> Iterator[str]:
    for keyword, words in _BOUNDS.items():
        if keyword in schema:
            yield "not empty" if (keyword, schema[keyword]) == ("minLength", 1) else words.format(schema[keyword])
    for several in ("anyOf", "oneOf"):
        for each in schema.get(several, []):
            yield from _list_bounds(each)


def _to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
