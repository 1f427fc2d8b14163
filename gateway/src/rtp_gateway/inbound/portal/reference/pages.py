"""The bodies of the reference pages: the list of operations, an operation, a schema."""

import json
import re
from collections.abc import Iterator
from html import escape

from rtp_gateway.inbound.portal.fields import render_fields, render_meaning, render_type
from rtp_gateway.inbound.portal.pages import (
    render_block,
    render_code,
    render_link,
    render_list,
    render_prose,
    render_table,
)
from rtp_gateway.inbound.portal.reference.document import Operation, Reference, split_words
from rtp_gateway.types import JsonMapping

_PLACES = {"path": "path", "query": "query", "header": "header", "cookie": "cookie"}


def render_index(reference: Reference, asked: str) -> str:
    """Render the operations by tag; those alone that match what is asked for, where something is."""
    groups = list(reference.list_by_tag(split_words(asked)))
    count = sum(len(operations) for _, operations in groups)
    opened = " open" if asked.strip() else ""
    form = (
        '<form role="search" action="/docs"><label for="q">Filter</label> '
        f'<input id="q" name="q" type="search" maxlength="200" value="{escape(asked)}" autocomplete="off"> '
        f"<button>Filter</button></form>"
        f'<p role="status" id="count">{count} of {len(reference.operations)} operations</p>'
    )
    return "".join(
        [
            render_text(reference.document["info"]["description"]),
            f"<p>{_render_machines()}</p>",
            form,
            *(_render_group(tag, operations, opened) for tag, operations in groups),
            '<script src="/docs/filter.js" defer></script>',
        ]
    )


def _render_machines() -> str:
    links = [
        ("/openapi.json", "OpenAPI document"),
        ("/docs/try", "Try it in the browser (needs JavaScript)"),
        ("/asyncapi", "How events travel"),
        ("/problems", "Problem types"),
    ]
    return " · ".join(render_link(path, text) for path, text in links)


def _render_group(tag: JsonMapping, operations: list[Operation], opened: str) -> str:
    lines = "".join(
        f"<li>{render_link(f'/docs/operations/{each.id}', each.summary)} "
        f"<span>{render_code(f'{each.method} {each.path}')}</span></li>"
        for each in operations
    )
    name = escape(tag["name"])
    return (
        f'<details{opened}><summary><h2>{name}</h2> <span class="count">{len(operations)}</span> '
        f"{render_prose(tag['description'])}</summary><ul>{lines}</ul></details>"
    )


def render_operation(reference: Reference, operation: Operation) -> str:
    """Render all that the document says of an operation."""
    content = operation.content
    old = '<p class="warning">Deprecated: it will go. The changelog says when, and what to use.</p>'
    parts = [
        old if content.get("deprecated") else "",
        f'<p class="call">{render_code(f"{operation.method} {operation.path}")}</p>',
        render_text(content.get("description", "")),
        render_list(_list_facts(reference, operation)),
        _render_parameters(operation),
        _render_request(reference, content.get("requestBody")),
        f"<h2>Answers</h2>{_render_answers(reference, content['responses'])}",
        _render_answer_examples(reference, content["responses"]),
        *_render_samples(content),
    ]
    return "".join(parts)


def _list_facts(reference: Reference, operation: Operation) -> Iterator[tuple[str, str]]:
    yield "Operation", render_code(operation.id)
    scopes = [scope for need in operation.content.get("security", []) for each in need.values() for scope in each]
    described = _list_scopes(reference)
    if scopes:
        yield "Scope", "; ".join(_render_scope(each, described.get(each, each)) for each in scopes)
    elif operation.content.get("security"):
        yield "Scope", "none: any token will do"
    else:
        yield "Scope", "none, and no token either: it is public"
    yield "Part of", render_link(f"/docs?q={operation.tag}", operation.tag)
    yield "Try it", render_link(f"/docs/try#/{operation.tag}/{operation.id}", "in the browser (needs JavaScript)")


def _render_scope(name: str, description: str) -> str:
    return render_code(name) if description == name else f"{render_code(name)}: {render_prose(description)}"


def _list_scopes(reference: Reference) -> JsonMapping:
    scheme: JsonMapping = reference.document["components"]["securitySchemes"]["clientCredentials"]
    scopes: JsonMapping = scheme["flows"]["clientCredentials"]["scopes"]
    return scopes


def _render_parameters(operation: Operation) -> str:
    if not operation.parameters:
        return ""
    rows = (
        [
            render_code(each["name"]),
            _PLACES[each["in"]],
            render_type(each["schema"], _link_schema),
            "yes" if each.get("required") else "no",
            render_meaning({**each["schema"], **({"description": d} if (d := each.get("description")) else {})}),
        ]
        for each in operation.parameters
    )
    return "<h2>Parameters</h2>" + render_table(["Name", "In", "Type", "Required", "What it says"], rows)


def _render_request(reference: Reference, body: JsonMapping | None) -> str:
    if body is None:
        return ""
    need = "" if body.get("required") else "<p>It may be left out.</p>"
    parts = [f"<h2>Request body</h2>{need}"]
    for media_type, content in body["content"].items():
        parts.append(f"<p>{render_code(media_type)}</p>{_render_schema(reference, content.get('schema', {}))}")
        parts += (_render_example(name, value) for name, value in _list_examples(content))
    return "".join(parts)


def _render_schema(reference: Reference, schema: JsonMapping) -> str:
    """Render an object field by field, and anything else in a line."""
    whole = reference.resolve(schema)
    if whole.get("properties"):
        return render_fields(whole, _link_schema)
    return f"<p>{render_type(schema, _link_schema)} {render_meaning(schema)}</p>"


def _render_answers(reference: Reference, answers: JsonMapping) -> str:
    rows = (
        [escape(status), render_prose(answer["description"]), _render_content(answer), _render_headers(answer)]
        for status, part in answers.items()
        for answer in [reference.resolve(part)]
    )
    return render_table(["Status", "When", "Body", "Headers"], rows)


def _render_content(answer: JsonMapping) -> str:
    bodies = (
        f"{render_type(content['schema'], _link_schema)}, {render_code(media_type)}"
        if content.get("schema")
        else render_code(media_type)
        for media_type, content in answer.get("content", {}).items()
    )
    return "; ".join(bodies) or "none"


def _render_headers(answer: JsonMapping) -> str:
    return ", ".join(render_code(name) for name in answer.get("headers", {})) or "none"


def _render_answer_examples(reference: Reference, answers: JsonMapping) -> str:
    found = [
        _render_example(f"{status}{f': {name}' if name else ''}", value)
        for status, part in answers.items()
        if status.startswith("2")
        for content in reference.resolve(part).get("content", {}).values()
        for name, value in _list_examples(content)
    ]
    return "".join(found)


def _list_examples(content: JsonMapping) -> Iterator[tuple[str, object]]:
    if "example" in content:
        yield "", content["example"]
    for name, each in content.get("examples", {}).items():
        if "value" in each:
            yield each.get("summary", name), each["value"]


def _render_example(name: str, value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    title = f"Example{f', {name}' if name else ''}"
    return f"<h3>{escape(title)}</h3>{render_block(title, text)}"


def _render_samples(content: JsonMapping) -> Iterator[str]:
    samples = content.get("x-codeSamples", [])
    if samples:
        yield "<h2>Code</h2>"
    for each in samples:
        title = each.get("label", each["lang"])
        yield f"<h3>{escape(title)}</h3>{render_block(f'{title} code', each['source'])}"


def render_schema_page(reference: Reference, name: str) -> str:
    """Render a schema with the operations that use it."""
    schema = reference.schemas[name]
    users = "".join(
        f"<li>{render_link(f'/docs/operations/{each.id}', each.summary)}</li>" for each in reference.users[name]
    )
    described = schema if not schema.get("properties") else {}
    return "".join(
        [
            render_text(schema.get("description", "")),
            _render_schema(reference, {**described} or schema),
            *(_render_example("", each) for each in schema.get("examples", [])[:1] if schema.get("properties")),
            f"<h2>Used by</h2><ul>{users}</ul>" if users else "",
        ]
    )


def render_text(text: str) -> str:
    """Render paragraphs of prose, in which **words** may stand out."""
    paragraphs = [each for each in re.split(r"\n\s*\n", text.strip()) if each]
    strong = (re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", render_prose(each)) for each in paragraphs)
    return "".join(f"<p>{each}</p>" for each in strong)


def _link_schema(name: str) -> str:
    return render_link(f"/docs/schemas/{name}", name)
