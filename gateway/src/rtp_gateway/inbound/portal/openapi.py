"""One OpenAPI document for the whole platform, merged from what each service says of itself."""

import json
from collections.abc import Mapping

from rtp_gateway.inbound.portal.answers import describe_answers
from rtp_gateway.inbound.portal.bodies import describe_members
from rtp_gateway.types import JsonObject

DESCRIPTION = """\
Employees of councils and NHS bodies in England may ask to take over the service they deliver and run it as an
employee-owned public service mutual: the **Right to Provide**. This platform carries their case from the first idea
to launch and beyond.

**To start**: get a token from `/oauth2/token` with your client's credentials, then open a case. Errors are problem
details (RFC 9457) that name the field and the reason. Writes on what exists take the ETag in `If-Match`; any write
may carry an `Idempotency-Key` and can then be repeated safely. Lists are paged by cursor: pass `next` as `after`.
Events are CloudEvents, by webhook (Standard Webhooks signatures) or from the feed at `/v1/events`.
"""

TAGS = {
    "Cases": "A staff group's case, from draft to its end",
    "Bodies": "Councils, NHS trusts and integrated care boards, by id or identifier",
    "Support requests": "Advisers and mentors proposed to a staff group, with reasons",
    "Advisers": "Who can advise or mentor",
    "Products": "Grants, loans and investment; information, never an offer",
    "Shortlists": "Which products a case could have, and why",
    "Events": "The feed of events, in order",
    "Subscriptions": "Webhooks: who gets which events where",
    "Identity": "Tokens and keys (OAuth 2)",
}


def merge_documents(documents: Mapping[str, JsonObject], *, public_url: str) -> JsonObject:
    """Merge the services' documents. Schemas of one name and different content get the service's name in front."""
    merged: JsonObject = {
        "openapi": "3.1.0",
        "info": {
            "title": "Right to Provide",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "contact": {"name": "Right to Provide platform team", "url": f"{public_url}/docs"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": public_url}],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    }
    scopes: dict[str, str] = {}
    for name, document in documents.items():
        document = _rename_clashing(name, document, merged["components"]["schemas"])
        merged["paths"] |= document["paths"]
        merged["components"]["schemas"] |= document["components"]["schemas"]
        for scheme in document["components"].get("securitySchemes", {}).values():
            scopes |= scheme["flows"]["clientCredentials"]["scopes"]
            merged["components"]["securitySchemes"]["clientCredentials"] = json.loads(json.dumps(scheme))
    for scheme in merged["components"]["securitySchemes"].values():
        scheme["flows"]["clientCredentials"]["scopes"] = dict(sorted(scopes.items()))
    used = {
        tag for path in merged["paths"].values() for operation in path.values() for tag in operation.get("tags", [])
    }
    merged["tags"] = [{"name": tag, "description": text} for tag, text in TAGS.items() if tag in used]
    describe_members(merged)
    describe_answers(merged)
    return merged


def _rename_clashing(service: str, document: JsonObject, taken: JsonObject) -> JsonObject:
    prefix = "".join(part.title() for part in service.split("-"))
    schemas = document["components"]["schemas"]
    clashing = {name for name, schema in schemas.items() if name in taken and taken[name] != schema}
    text = json.dumps(document)
    for name in clashing:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{prefix}{name}"')
    result: JsonObject = json.loads(text)
    result["components"]["schemas"] = {
        (prefix + name if name in clashing else name): schema
        for name, schema in result["components"]["schemas"].items()
    }
    for name in clashing:
        # Generators name classes by titles.
        result["components"]["schemas"][prefix + name]["title"] = prefix + name
    return result
