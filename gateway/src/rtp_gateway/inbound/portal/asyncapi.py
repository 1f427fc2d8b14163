"""The AsyncAPI 3.0 document: every event, and every way in which it travels. Made from the contracts."""

import json
from functools import cache

from rtp_gateway.inbound.portal import channels, messages, servers
from rtp_gateway.inbound.portal.envelopes import publisher_of
from rtp_gateway.types import JsonObject
from rtp_gateway.ways import describe_offer
from rtp_shared.contracts import catalogue

DESCRIPTION = """\
What happens to a case, as CloudEvents 1.0 in structured JSON. Every event is about one case (`caseid`), or about one
other thing that its `subject` names, such as a need, an engagement or a subscription of yours; it is numbered within
its source and that (`sequence`, a string padded with zeros to ten digits: compare it as a string) and carries the hash
of the one before it (`previoushash`), so that you can prove that nothing is missing. Delivery is at least once and in
order per case. A subscriber gets the events of the cases it may see, and of no others. Fields are only added: a change
of meaning is a new type with a higher version, published beside the old one.
"""


def build_document(*, public_url: str, queues: bool = True) -> JsonObject:
    """Build the document of all ways; without `queues`, of a platform that does not offer that one."""
    offered = "" if queues else f"\nWays {describe_offer(queues=False)}.\n"
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Right to Provide events",
            "version": "1.6.0",
            "description": DESCRIPTION + offered,
            "contact": {"name": "Right to Provide platform team", "url": f"{public_url}/docs"},
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
            "tags": [{"name": name} for name in sorted({publisher_of(kind) for kind in catalogue().values()})],
            "externalDocs": {"url": f"{public_url}/events", "description": "Catalogue of the events, to read"},
        },
        "defaultContentType": messages.EVENT,
        "servers": servers.build_servers(public_url=public_url, queues=queues),
        "channels": channels.build_channels(queues=queues),
        "operations": channels.build_operations(queues=queues),
        "components": {
            **messages.build_components(public_url=public_url),
            "channelBindings": channels.build_channel_bindings(),
            "securitySchemes": servers.build_security(public_url=public_url),
        },
    }


@cache
def dump_document(public_url: str, *, queues: bool = True) -> bytes:
    """Return the document as it is sent. Kept, because making it takes longer than sending it."""
    return json.dumps(
        build_document(public_url=public_url, queues=queues), ensure_ascii=False, separators=(",", ":")
    ).encode()
