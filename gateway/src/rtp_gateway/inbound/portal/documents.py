"""The documents that the portal serves and draws its pages from, as this process knows them."""

import json

from fastapi import FastAPI

from rtp_gateway.inbound.portal.openapi import merge_documents
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import NAMES
from rtp_gateway.settings import GatewaySettings
from rtp_gateway.types import JsonObject


async def build_openapi(app: FastAPI) -> JsonObject:
    """Return the merged document, made when it is first asked for and kept once every service has answered."""
    if (known := getattr(app.state, "merged_openapi", None)) is None:
        upstreams: Upstreams = app.state.upstreams
        documents = {name: await upstreams.fetch_json(name, "/openapi.json") for name in NAMES}
        documents["gateway"] = json.loads(json.dumps(app.openapi()))
        known = app.state.merged_openapi = merge_documents(documents, public_url=get_public_url(app))
    merged: JsonObject = known
    return merged


def offers_queues(app: FastAPI) -> bool:
    settings = app.state.runtime.settings
    assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    return settings.offers_queues


def get_public_url(app: FastAPI) -> str:
    url: str = app.state.runtime.settings.public_url
    return url
