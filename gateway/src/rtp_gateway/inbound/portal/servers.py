"""The servers of the AsyncAPI document, and their security schemes."""

from rtp_gateway.settings import SUBSCRIBERS_VHOST
from rtp_gateway.types import JsonObject

Part = JsonObject
BROKER = "broker"


def build_servers(*, public_url: str, queues: bool) -> Part:
    """Build the servers, without subscribers' broker where there are no `queues`."""
    found = _build_all(public_url)
    return {name: server for name, server in found.items() if queues or name != BROKER}


def _build_all(public_url: str) -> Part:
    protocol, _, host = public_url.partition("://")
    host, _, path = host.partition("/")
    return {
        "subscriber": {
            "host": "{host}",
            "protocol": "https",
            "title": "Your webhook",
            "description": (
                "The sink of your subscription. Every request is signed (Standard Webhooks 1.0.0), and carries your "
                "token or our client certificate where the subscription says so."
            ),
            "variables": {"host": {"description": "The host of the sink you gave", "examples": ["hooks.example.org"]}},
            "security": [_build_ref("securitySchemes", name) for name in ("signature", "bearer", "clientCertificate")],
        },
        "platform": {
            "host": host,
            "protocol": protocol,
            **({"pathname": f"/{path}"} if path else {}),
            "title": "The platform",
            "description": "Feed and stream, read by you with a token.",
            "security": [_build_ref("securitySchemes", "clientCredentials")],
        },
        BROKER: {
            "host": "{host}",
            "protocol": "amqps",
            "pathname": f"/{SUBSCRIBERS_VHOST}",
            "title": "RabbitMQ for subscribers",
            "description": "Where a subscription by AMQP has its queue. The answer to the subscription names the host.",
            "variables": {"host": {"description": "Host and port as the subscription's answer names them"}},
            "security": [_build_ref("securitySchemes", "queueUser")],
        },
        "internal": {
            "host": "{host}",
            "protocol": "amqp",
            "title": "RabbitMQ between the services",
            "description": "Out of reach of subscribers; for those who develop a service of the platform.",
            "variables": {"host": {"description": "RTP_BROKER_URL of the services"}},
            "security": [_build_ref("securitySchemes", "queueUser")],
        },
    }


def build_security(*, public_url: str) -> Part:
    granted = {"events:read": "Read the events of the cases you may see"}
    flow = {"tokenUrl": f"{public_url}/oauth2/token", "availableScopes": granted}
    return {
        "clientCredentials": {"type": "oauth2", "flows": {"clientCredentials": flow}, "scopes": list(granted)},
        "signature": {
            "type": "httpApiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "Made with the secret (v1) or the private key (v1a) of the subscription",
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "The subscription's `sinkcredential`"},
        "clientCertificate": {"type": "X509", "description": "Mutual TLS, where the subscription asks for it"},
        "queueUser": {"type": "userPassword", "description": "User and password that were made with the subscription"},
    }


def _build_ref(kind: str, name: str) -> Part:
    return {"$ref": f"#/components/{kind}/{name}"}
