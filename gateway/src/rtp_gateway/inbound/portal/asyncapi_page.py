"""The AsyncAPI document as a page for people."""

from collections.abc import Iterator
from functools import cache
from html import escape

from rtp_gateway.inbound.portal import asyncapi
from rtp_gateway.inbound.portal.diagram import draw_channels
from rtp_gateway.inbound.portal.envelopes import key_of
from rtp_gateway.inbound.portal.pages import render_code, render_link, render_list, render_prose, render_table
from rtp_gateway.types import JsonMapping, JsonObject
from rtp_shared.contracts import catalogue


@cache
def render_body(public_url: str, *, queues: bool) -> str:
    document = asyncapi.build_document(public_url=public_url, queues=queues)
    machines = render_link("/asyncapi.json", f"The document for machines (AsyncAPI {document['asyncapi']})")
    schemas = document["components"]["schemas"]
    return "".join(
        [
            f"<p>{render_prose(document['info']['description'])}</p>",
            f"<p>{machines}, and {render_link('/events', 'the catalogue of events')}.</p>",
            draw_channels(),
            "<h2>Ways to receive</h2>",
            *(_render_channel(channel) for channel in _list_subscriber_channels(document)),
            f"<h2>Between the services</h2>{_render_exchange(document)}",
            f"<h2>Headers</h2>{_render_headers(schemas)}",
            f"<h2>Who proves what to whom</h2>{render_list(_list_security(document))}",
        ]
    )


def _list_subscriber_channels(document: JsonMapping) -> Iterator[JsonObject]:
    for name, channel in document["channels"].items():
        if not name.startswith("exchange."):
            server = channel["servers"][0]["$ref"].rpartition("/")[2]
            yield {**channel, "server": document["servers"][server]}


def _render_channel(channel: JsonMapping) -> str:
    server = channel["server"]
    facts = {
        "Where": render_code(channel["address"]) if channel["address"] else "The sink of your subscription",
        "Server": f"{escape(server['title'])}, {render_code(server['protocol'] + '://' + server['host'])}",
        "Messages": _render_messages(channel["messages"]),
    }
    return (
        f"<h3>{escape(channel['title'])}</h3><p>{render_prose(channel['description'])}</p>{render_list(facts.items())}"
    )


def _render_messages(messages: JsonMapping) -> str:
    keys = {key_of(kind) for kind in catalogue().values()}
    others = [render_code(name) for name in messages if name not in keys]
    return ", ".join([*([f"the {len(keys)} types of event"] if keys <= messages.keys() else []), *others])


def _render_exchange(document: JsonMapping) -> str:
    binding = document["components"]["channelBindings"]["exchange"]["amqp"]["exchange"]
    addresses = [each["address"] for name, each in document["channels"].items() if name.startswith("exchange.")]
    exchange = f"{escape(binding['type'])} exchange {render_code(binding['name'])}"
    return (
        f"<p>{len(addresses)} channels of the {exchange}, one for each "
        f"type, which is the routing key: {render_code(addresses[0])} and so on. Subscribers do not see it.</p>"
    )


def _render_headers(schemas: JsonMapping) -> str:
    of = {"signed-headers": "webhook", "queued-headers": "queue", "internal-headers": "exchange"}
    rows = (
        [render_code(name), where, render_prose(part.get("description", ""))]
        for key, where in of.items()
        for name, part in schemas[key]["properties"].items()
    )
    return render_table(["Header", "Where", "What it says"], rows)


def _list_security(document: JsonMapping) -> Iterator[tuple[str, str]]:
    schemes = document["components"]["securitySchemes"]
    for server in document["servers"].values():
        names = [each["$ref"].rpartition("/")[2] for each in server["security"]]
        yield escape(server["title"]), ", ".join(_render_scheme(schemes[name]) for name in names)


def _render_scheme(scheme: JsonMapping) -> str:
    if scheme["type"] == "oauth2":
        token = scheme["flows"]["clientCredentials"]["tokenUrl"]
        return f"OAuth 2 client credentials at {render_code(token)}, scope {render_code(' '.join(scheme['scopes']))}"
    return f"{render_code(scheme['type'])}: {render_prose(scheme['description'])}"
