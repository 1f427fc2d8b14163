"""The answers of every operation in the merged OpenAPI document: refusals by their status, and headers.

What an operation may answer follows from what it takes: a scope, a body, an If-Match, an Idempotency-Key, an id in its
path. What does not follow, its route declares in `responses`, with a description alone.
"""

from collections.abc import Iterator

from rtp_gateway.inbound.portal.problems import build_example
from rtp_gateway.routing import is_streamed, service_for
from rtp_gateway.types import JsonObject

REFUSALS = {
    400: ("BadRequest", "The request cannot be read"),
    401: ("Unauthorized", "A valid access token is needed"),
    403: ("Forbidden", "The client lacks the scope, or it or the person may not do that"),
    404: ("NotFound", "There is no such thing, or none that you may see"),
    406: ("NotAcceptable", "It is not answered in any form that you accept"),
    408: ("RequestTimeout", "The request did not arrive in time"),
    409: ("Conflict", "The present state does not allow it, or the first request with this key still runs"),
    412: ("PreconditionFailed", "It was changed since you read it"),
    413: ("ContentTooLarge", "The body is too large"),
    414: ("UriTooLong", "The path with its query is too long"),
    415: ("UnsupportedMediaType", "The body is in no form that is taken"),
    416: ("RangeNotSatisfiable", "There is no such part"),
    422: ("UnprocessableContent", "Some fields or parameters are not right, or a condition does not hold"),
    428: ("PreconditionRequired", "If-Match is required"),
    429: ("TooManyRequests", "This client or its organisation asks more than its share"),
    500: ("InternalServerError", "The fault is ours"),
    502: ("BadGateway", "The service's answer cannot be read"),
    503: ("ServiceUnavailable", "Not available now: try again later"),
    504: ("GatewayTimeout", "The service did not answer in time"),
}
"""The name of each refusal among the components, and what it says."""
HEADERS = {
    "Correlation-Id": "The id under which this request is found in logs and traces: quote it when you ask about it",
    "ETag": "The version of what is answered: for If-Match of a write, and for If-None-Match of a read",
    "Idempotency-Replayed": "true, where this is the stored answer to the first request with the Idempotency-Key",
    "Location": "Where it can be read",
    "RateLimit": 'What is left: `"client-burst";r=499;t=1`, the requests and the seconds until there are more',
    "RateLimit-Policy": 'The quotas: `"client-burst";q=500;w=10`, the requests and the seconds in which they count',
    "Retry-After": "Seconds after which to try again",
    "WWW-Authenticate": "How to authenticate, or the scope that is lacking",
}
SHOWN = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "no-such-case",
    408: "caller-too-slow",
    412: "precondition-failed",
    413: "too-large",
    415: "unsupported",
    416: "range-not-satisfiable",
    422: "invalid",
    428: "precondition-required",
    429: "too-many-questions",
    503: "unavailable",
    504: "too-slow",
}
"""By status: the problem type that is the example. A conflict (409) is another one for every operation."""
LOWEST_REFUSAL = 400
OF_REFUSALS = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    409: ("Retry-After",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    502: ("Retry-After",),
    503: ("Retry-After",),
    504: ("Retry-After",),
}
FORMS = {"application/problem+json": "", "application/fhir+json": "Fhir"}
"""The forms in which refusals come, and what is put before their names."""
_PROBLEM = "application/problem+json"
_ANY = "4XX"
"""Under it an operation has the form of its refusals, and nothing else."""
_OAUTH = "Identity"
"""The tag of the operations that leave aside tokens and parameters that they do not know (RFC 6749)."""
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of what you have: 304 if it is so still",
}


def describe_answers(document: JsonObject) -> None:
    """Add to every operation its refusals and the headers of its answers, and to the components what they refer to."""
    components = document["components"]
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()
    }
    components["responses"] = {}
    versioned = _find_versioned(document["paths"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe(path, method, operation, components, versioned)
            _show_problems(operation["responses"], components["responses"], document["servers"][0]["url"])
    components["responses"] = dict(sorted(components["responses"].items()))


def _find_versioned(paths: JsonObject) -> set[str]:
    """Return the paths of what has a version: it is written with If-Match there, or by an action below."""
    written = {
        path.partition("/actions/")[0]
        for path, operations in paths.items()
        for operation in operations.values()
        if "If-Match" in _list_parameters(operation)
    }
    return {path for path in written if path.endswith("}")}


def _describe(path: str, method: str, operation: JsonObject, components: JsonObject, versioned: set[str]) -> None:
    answers = operation["responses"]
    content = answers.pop(_ANY)["content"]
    declared = {int(status) for status in answers}
    made = {each.rpartition("/")[0] for each in versioned}
    has_version = path in versioned if method == "get" else path in made and "201" in answers
    _add_headers(method, operation, components["schemas"], has_version=has_version)
    for status in sorted({*declared, *_list_refusals(path, method, operation)}):
        if status < LOWEST_REFUSAL:
            continue
        given = answers.pop(str(status), None)
        answers[str(status)] = _make_refusal(status, content, given, components["responses"])


def _make_refusal(status: int, content: JsonObject, given: JsonObject | None, responses: JsonObject) -> JsonObject:
    """Return a reference to the refusal among the components, or the refusal itself where it is of this route alone."""
    name, said = REFUSALS[status]
    headers = _refer("Correlation-Id", *OF_REFUSALS.get(status, ()))
    refusal = {"description": said, "headers": headers, "content": content, **(given or {})}
    form = FORMS.get(next(iter(content)))
    if given or form is None:
        return refusal
    responses[form + name] = refusal
    return {"$ref": f"#/components/responses/{form}{name}"}


def _show_problems(answers: JsonObject, common: JsonObject, base_url: str) -> None:
    """Give each refusal in the form of problem details an example of its status."""
    for status, answer in answers.items():
        refusal = common[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        content = refusal.get("content", {}).get(_PROBLEM)
        if content and int(status) in SHOWN:
            shown = {**content, "example": build_example(SHOWN[int(status)], base_url)}
            refusal["content"] = {**refusal["content"], _PROBLEM: shown}


def _list_parameters(operation: JsonObject) -> dict[str, JsonObject]:
    return {each["name"]: each for each in operation.get("parameters", ())}


def _list_refusals(path: str, method: str, operation: JsonObject) -> Iterator[int]:
    """Yield the statuses with which the operation may refuse."""
    takes = _list_parameters(operation)
    writes, of_oauth = method not in ("get", "options"), _OAUTH in operation["tags"]
    yield from (400, 503)
    if not of_oauth:
        yield from (401, 422)
    if "security" in operation:
        yield from (403, 429)
    if "{" in path:
        yield 404
    if writes:
        yield from (408, 413, 415)
    if "Idempotency-Key" in takes:
        yield 409
    if "If-Match" in takes:
        yield from (412, 428) if takes["If-Match"]["required"] else (412,)
    if path.startswith("/fhir/"):
        yield 406
    if is_streamed(path):
        yield 429
    if service_for(path):
        yield from (502, 504)


def _add_headers(method: str, operation: JsonObject, schemas: JsonObject, *, has_version: bool) -> None:
    """Say of each success which headers it has."""
    takes = _list_parameters(operation)
    tagged = False
    for status, answer in operation["responses"].items():
        if int(status) >= LOWEST_REFUSAL:
            continue
        names = ["Correlation-Id"]
        if has_version or "If-Match" in takes or _has_etag(answer, schemas):
            names.append("ETag")
            tagged = method == "get"
        if status == "201":
            names.append("Location")
        if "Idempotency-Key" in takes:
            names.append("Idempotency-Replayed")
        answer["headers"] = {**answer.get("headers", {}), **_refer(*names)}
    if tagged:
        headers = _refer("Correlation-Id", "ETag")
        operation["responses"]["304"] = {"description": "It is as in If-None-Match", "headers": headers}
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)


def _has_etag(answer: JsonObject, schemas: JsonObject) -> bool:
    """Return whether the route declares an ETag, or what is answered tells its version."""
    if "ETag" in answer.get("headers", {}):
        return True
    if "content" not in answer:
        return False
    schema = next(iter(answer["content"].values())).get("schema", {})
    members = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    return not members.keys().isdisjoint(("version", "revision"))


def _refer(*names: str) -> JsonObject:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
