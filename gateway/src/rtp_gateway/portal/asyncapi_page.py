"""The AsyncAPI document as a page: what it says of the channels, for people."""

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from rtp_gateway.portal import asyncapi
from rtp_gateway.portal.envelopes import key_of
from rtp_gateway.portal.pages import code, link, listing, prose, table
from rtp_gateway.portal.picture import channels_svg
from rtp_shared.contracts.base import catalogue


@cache
def body(public_url: str) -> str:
    document = asyncapi.document(public_url=public_url)
    machines = link("/asyncapi.json", f"The document for machines (AsyncAPI {document['asyncapi']})")
    schemas = document["components"]["schemas"]
    return "".join(
        [
            f"<p>{prose(document['info']['description'])}</p>",
            f"<p>{machines}, and {link('/events', 'the catalogue of events')}.</p>",
            channels_svg(),
            "<h2>Ways to receive</h2>",
            *(_channel(channel) for channel in _for_subscribers(document)),
            f"<h2>Between the services</h2>{_exchange(document)}",
            f"<h2>Headers</h2>{_headers(schemas)}",
            f"<h2>Who proves what to whom</h2>{listing(_security(document))}",
        ]
    )


def _for_subscribers(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, channel in document["channels"].items():
        if not name.startswith("exchange."):
            server = channel["servers"][0]["$ref"].rpartition("/")[2]
            yield {**channel, "server": document["servers"][server]}


def _channel(channel: Mapping[str, Any]) -> str:
    server = channel["server"]
    facts = {
        "Where": code(channel["address"]) if channel["address"] else "The sink of your subscription",
        "Server": f"{escape(server['title'])}, {code(server['protocol'] + '://' + server['host'])}",
        "Messages": _messages(channel["messages"]),
    }
    return f"<h3>{escape(channel['title'])}</h3><p>{prose(channel['description'])}</p>{listing(facts.items())}"


def _messages(messages: Mapping[str, Any]) -> str:
    keys = {key_of(kind) for kind in catalogue().values()}
    others = [code(name) for name in messages if name not in keys]
    return ", ".join([*([f"the {len(keys)} types of event"] if keys <= messages.keys() else []), *others])


def _exchange(document: Mapping[str, Any]) -> str:
    binding = document["components"]["channelBindings"]["exchange"]["amqp"]["exchange"]
    addresses = [each["address"] for name, each in document["channels"].items() if name.startswith("exchange.")]
    return (
        f"<p>{len(addresses)} channels of the {escape(binding['type'])} exchange {code(binding['name'])}, one for each "
        f"type, which is the routing key: {code(addresses[0])} and so on. Subscribers do not see it.</p>"
    )


def _headers(schemas: Mapping[str, Any]) -> str:
    of = {"signed-headers": "webhook", "queued-headers": "queue", "internal-headers": "exchange"}
    rows = (
        [code(name), where, prose(part.get("description", ""))]
        for key, where in of.items()
        for name, part in schemas[key]["properties"].items()
    )
    return table(["Header", "Where", "What it says"], rows)


def _security(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    schemes = document["components"]["securitySchemes"]
    for server in document["servers"].values():
        names = [each["$ref"].rpartition("/")[2] for each in server["security"]]
        yield escape(server["title"]), ", ".join(_scheme(schemes[name]) for name in names)


def _scheme(scheme: Mapping[str, Any]) -> str:
    if scheme["type"] == "oauth2":
        token = scheme["flows"]["clientCredentials"]["tokenUrl"]
        return f"OAuth 2 client credentials at {code(token)}, scope {code(' '.join(scheme['scopes']))}"
    return f"{code(scheme['type'])}: {prose(scheme['description'])}"
