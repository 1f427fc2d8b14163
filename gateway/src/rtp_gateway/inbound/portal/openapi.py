"""One OpenAPI document for the whole platform, merged from what each service says of itself."""

import json
from collections.abc import Mapping

from rtp_gateway.inbound.portal.answers import describe_answers
from rtp_gateway.inbound.portal.bodies import describe_members
from rtp_gateway.inbound.portal.names import rename
from rtp_gateway.inbound.portal.webhooks import describe_webhooks
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
    "Actions": "What moves a case on: one operation for each action, with who may take it",
    "Parties": "The people of a case, and in which role",
    "Documents": "Files of a case, in versions, with who may see them",
    "Deadlines": "The clocks of cases: what is due when, and by which rule",
    "Records": "What was put on file, kind by kind",
    "History": "What was done in a case, by whom and when",
    "Log": "The public log of all histories, which nobody can rewrite unseen: checkpoints, tiles, witnesses",
    "Barriers": "What stands in a staff group's way, and how it ended",
    "Bundles": "Whole cases, signed, for another instance or an archive",
    "Bulk": "Cases in files: from a body's own system, to it, and what changed since",
    "Bodies": "Councils, NHS trusts and other employers, by id or identifier, with their own rules",
    "Decisions": "The public register of decisions",
    "Recommendations": "What was asked of government and bodies, and what became of it",
    "Processes": "The published definitions: statuses, actions, clocks and conditions",
    "Procurement": "Which procurement law holds, and the awards on record",
    "Value for money": "What an option is worth, by the Green Book",
    "Open data": "Decisions, pipeline and outcomes, whole and in open formats",
    "Statistics": "What became of all cases, month by month, and of none by itself",
    "Retention": "How long cases are kept, what is on legal hold, and what is to be destroyed",
    "Personal data": "Erasing a person, and complaints on data protection",
    "Support requests": "Advisers and mentors proposed to a staff group, with reasons",
    "Engagements": "What is between a staff group and an adviser, from the offer to the end",
    "Support erasures": "What people wrote of their support, and who they were, erased on request",
    "Matching rounds": "Proposals worked out over all support requests at once, with a certificate",
    "Fairness": "How fair the market of support is as it stands, and the bounds that an operator holds it to",
    "Advisers": "Who can advise or mentor, and how a network keeps its people",
    "Adviser networks": "The organisations that advisers, mentors and ambassadors belong to",
    "Resources": "Guides, toolkits and templates that others publish, by stage and topic",
    "Open Referral": "The directory in Open Referral UK 3.0, for other directories and websites",
    "Finance products": "Grants, loans and investment; information, never an offer",
    "Funders": "Who stands behind the products, and what they do with a part of their money for a time",
    "Saved searches": "What a client looks for in the directory, and is told when it is found",
    "CommonGrants": "The directory's grants in the CommonGrants protocol 0.4, for other portals",
    "Grants awarded": "Who gave what to whom, as funders publish it in the 360Giving standard",
    "Contract notices": "What public bodies buy, and which contracts end soon, as they publish it in the OCDS",
    "Shortlists": "Which products a case could have, and why",
    "Events": "The feed of events, in order",
    "Subscriptions": "Webhooks and queues: who gets which events where",
    "Deliveries": "What was sent to a subscription, and what became of it",
    "Erasure": "What subscribers were asked to erase, and what they answered",
    "FHIR": "Subscriptions and notifications in FHIR R4, for health systems",
    "Identity": "Tokens and keys (OAuth 2)",
    "Clients": "The clients of your organisation: making, limiting, rotating and removing them",
}
"""The tags of all operations, in the order in which a reader meets the platform."""


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
    operations = [operation for path in merged["paths"].values() for operation in path.values()]
    used = {tag for operation in operations for tag in operation.get("tags", [])}
    merged["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in sorted(used, key=list(TAGS).index)]
    describe_members(merged)
    describe_answers(merged)
    for operation in operations:
        operation.setdefault("security", [])  # said, or linters take an open operation for a forgotten one
    return {**rename(merged), "webhooks": describe_webhooks()}


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
