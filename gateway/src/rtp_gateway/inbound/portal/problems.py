"""Pages of problem types: the cause, the remedy and an example of each, also of services that run elsewhere.

What there is stands in `problem_types.json`, which is written when the documents are (`make docs`).
"""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from rtp_gateway.inbound.portal.pages import render_block, render_code, render_link, render_list, render_prose
from rtp_gateway.types import JsonObject
from rtp_shared.problems import list_refusals

REMEDIES: Mapping[int, tuple[str, str]] = {
    400: (
        "The request cannot be read: its body, a header or the address is not in the form that it should have.",
        "Send what the reference says, and compare with its example. Sending it again as it is will not help.",
    ),
    401: (
        "There is no access token, or it is none of ours, has expired, or its client was removed.",
        "Get a new token from `/oauth2/token` and send the request again. If that fails too, ask your administrator.",
    ),
    403: (
        "The client is known, and may not do that: a scope is lacking, or the person has no role that may.",
        "`detail` says which scope or role. An administrator gives scopes; a role in a case comes with a party.",
    ),
    404: (
        "There is nothing at this address that you may see. What you may not see is answered like what does not exist.",
        "Check the id, and that the client and the person in `On-Behalf-Of` are in the case.",
    ),
    406: (
        "None of the media types in `Accept` is one that can be answered.",
        "Accept `application/json`, or what the reference names for the operation.",
    ),
    408: ("The request did not arrive in time.", "Send it again; a large body by a faster way, or in parts."),
    409: (
        "What was asked for does not go with the present state.",
        "Read it again. For a case `allowedActions` says what can be done now, and why the rest cannot.",
    ),
    412: (
        "Somebody changed it after you had read it: the ETag in `If-Match` is not the newest.",
        "Read it again, look at what changed, apply your change to that, and send it with the new ETag.",
    ),
    413: ("The body is larger than is taken here.", "Send less: in pages, in parts, or as a document with a content."),
    414: (
        "The path with its query is longer than is taken here, or has too many parameters.",
        "Send fewer parameters: most lists take several values, or filter what you get yourself.",
    ),
    415: (
        "The body has a media type or an encoding that is not taken here.",
        "Send the `Content-Type` that the reference names, and do not compress.",
    ),
    416: (
        "No part of the content lies in the range that was asked for.",
        "Ask for a range within its length, or for all.",
    ),
    422: (
        "The request was read, and something in it is not right.",
        "`errors` names each field and the reason. Nothing was changed: mend them and send it again.",
    ),
    428: (
        "A write to what exists must say which version it changes.",
        "Read it, and send its ETag in `If-Match`.",
    ),
    429: (
        "This client asks more than its share.",
        "Wait as long as `Retry-After` says, then go on more slowly.",
    ),
    431: (
        "The headers of the request are more or longer than are taken here.",
        "Send fewer headers. A token of ours has less than a thousand characters.",
    ),
    500: (
        "Something went wrong here that should not.",
        "Try again in a while. If it happens again, tell us the `Correlation-Id` of the answer.",
    ),
    502: (
        "A part of the platform answered what is no answer. Whether a write was done is not known.",
        "Send it again: a write with the same `Idempotency-Key`, so that it is done once.",
    ),
    503: (
        "A part of the platform is not available at the moment. Nothing was changed.",
        "Wait as long as `Retry-After` says and send it again, a write with the same `Idempotency-Key`.",
    ),
    504: (
        "A part of the platform did not answer in time. Whether a write was done is not known.",
        "Send it again: a write with the same `Idempotency-Key`, so that it is done once.",
    ),
}
"""By status: the cause and the remedy. A type's title says what it is about more exactly."""


def list_problem_types() -> dict[str, JsonObject]:
    """Return the problem types of all services in this process by slug, as they stand in the file."""
    return {
        kind.slug(): {"status": kind.status, "title": kind.title}
        for kind in sorted(list_refusals(), key=lambda kind: (kind.status, kind.slug()))
    }


@cache
def load_problem_types() -> Mapping[str, JsonObject]:
    """Return the problem types of the whole platform by slug, in the order of their status."""
    types: dict[str, JsonObject] = json.loads((files(__package__) / "problem_types.json").read_text())
    return types


def render_problem_types() -> str:
    """Render the list of problem types, by status."""
    types = load_problem_types()
    form = render_code("application/problem+json")
    parts = [f"<p>Errors are problem details (RFC 9457), {form}: their type is one of these.</p>"]
    for status, (cause, _) in REMEDIES.items():
        lines = [
            f"<li>{render_link(f'/problems/{slug}', each['title'])}</li>"
            for slug, each in types.items()
            if each["status"] == status
        ]
        if lines:
            parts.append(f"<h2>{status}</h2><p>{render_prose(cause)}</p><ul>{''.join(lines)}</ul>")
    return "".join(parts)


def render_problem_type(slug: str, base_url: str) -> str:
    """Render a known problem type: what it means, what to do, and what an answer looks like."""
    known = load_problem_types()[slug]
    cause, remedy = REMEDIES[known["status"]]
    facts = [
        ("Status", str(known["status"])),
        ("Type", render_code(f"{base_url}/problems/{slug}")),
        ("Cause", render_prose(cause)),
        ("Remedy", render_prose(remedy)),
    ]
    example = json.dumps(build_example(slug, base_url), indent=2, ensure_ascii=False)
    return f"{render_list(facts)}<h2>Example</h2>{render_block('Example', example)}"


def build_example(slug: str, base_url: str) -> JsonObject:
    """Return an answer of the type, as `rtp_shared.problems` renders it."""
    known = load_problem_types()[slug]
    example: JsonObject = {
        "type": f"{base_url}/problems/{slug}",
        "title": known["title"],
        "status": known["status"],
        "detail": known["title"],
        "instance": "/v1/cases",
    }
    if known["status"] == HTTPStatus.UNPROCESSABLE_ENTITY:
        example["errors"] = [{"in": "body", "field": "/serviceName", "reason": "must not be empty"}]
    return example
