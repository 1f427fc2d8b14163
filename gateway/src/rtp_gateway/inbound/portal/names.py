"""Names of operations and schemas in the merged OpenAPI document, as those who generate clients from it read them.

A class of ours stands in the room of its noun, where a short name is plain; in the document it stands among all others.
An operation is named `verbNoun` after its route, and an action on a case after the action; the tables name those of
which that would not say enough. Both are names on the wire of generated clients: a change goes into docs/changelog.md.
"""

import json
import re

from rtp_gateway.inbound.portal.named import ACTIONS, OPERATIONS, SCHEMAS, VERBS
from rtp_gateway.types import JsonObject

_REFERENCE = "#/components/schemas/"
_QUOTED = re.compile(rf'"{_REFERENCE}(?P<name>[^"]+)"')
_ACTION = re.compile(r"/v1/cases/\{case_id\}/actions/(?P<name>[a-z-]+)")
_PAGE = re.compile(r"Page_(?P<item>\w+?)(View|Line)?_")
_POINTS_ELSEWHERE = re.compile(
    r"(\S+ ){1,3}it\b|Read one with|Change (all of it|what you name$)|Say (how|anew what is)"
)
_SPELT = {"tupe": "TUPE", "csv": "CSV", "json": "JSON", "ndjson": "NDJSON", "fhir": "FHIR"}
LONGEST_SUMMARY = 120


def rename(document: JsonObject) -> JsonObject:
    """Return the document with its operations and schemas named for generated clients, and operations summed up."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["operationId"] = name_operation(path, operation["operationId"])
            operation["summary"] = summarise(operation["operationId"], operation["description"])
            for answer in operation["responses"].values():
                _drop_title(answer)
    return _rename_schemas(document)


def name_operation(path: str, route: str) -> str:
    """Return the name of the operation of a route, whose own name is in kebab case."""
    if action := _ACTION.fullmatch(path):
        return ACTIONS.get(action["name"]) or _to_camel_case(action["name"])
    return OPERATIONS.get(route) or _to_camel_case(route)


def name_schema(name: str) -> str:
    """Return the name of the schema in the document: no generics of Python, nothing that says little by itself."""
    if name in SCHEMAS:
        return SCHEMAS[name]
    page = _PAGE.fullmatch(name)
    return f"{page['item']}Page" if page else name


def summarise(operation: str, description: str) -> str:
    """Return the sentence that the description opens with, or the operation's name in words if that is no summary."""
    sentence = " ".join(re.split(r"[.:;](?:\s|$)", description, maxsplit=1)[0].split())
    if len(sentence) <= LONGEST_SUMMARY and _stands_alone(sentence):
        return sentence
    words = [_SPELT.get(each.lower(), each.lower()) for each in re.findall(r"[A-Z]?[a-z0-9]+", operation)]
    text = " ".join(words).replace(" call in", " call-in")
    return text[0].upper() + text[1:]


def split_verb(operation: str) -> str:
    """Return the verb that the name of an operation begins with."""
    return re.split(r"(?=[A-Z])", operation, maxsplit=1)[0]


def _stands_alone(sentence: str) -> bool:
    """Return whether it tells somebody to do something, and needs nothing beside it to be understood."""
    first, _, rest = sentence.partition(" ")
    return " " in rest and first.lower() in VERBS and not _POINTS_ELSEWHERE.match(sentence)


def _to_camel_case(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(each.capitalize() for each in others)


def _drop_title(answer: JsonObject) -> None:
    """Take out the title that FastAPI makes of an operation's name where an answer has several forms."""
    for content in answer.get("content", {}).values():
        if content.get("schema", {}).get("title", "").startswith("Response "):
            del content["schema"]["title"]


def _rename_schemas(document: JsonObject) -> JsonObject:
    schemas = document["components"]["schemas"]
    renamed = {name: new for name in schemas if (new := name_schema(name)) != name}
    text = _QUOTED.sub(lambda found: f'"{_REFERENCE}{renamed.get(found["name"], found["name"])}"', json.dumps(document))
    result: JsonObject = json.loads(text)
    named = {renamed.get(name, name): schema for name, schema in result["components"]["schemas"].items()}
    for new in renamed.values():
        named[new]["title"] = new  # generators name classes by titles
    result["components"]["schemas"] = named
    return result
