"""The OpenAPI document of each service and of the gateway, from applications that serve nobody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from rtp_gateway.app import build_gateway, build_runtime
from rtp_gateway.inbound.proxy.forward import InProcess
from rtp_gateway.routing import NAMES, service_for
from rtp_gateway.settings import GatewayWebSettings
from rtp_operations.keys import Keys
from rtp_operations.services import SERVICES
from rtp_shared.auth import TokenVerifier
from rtp_shared.contracts.subject_data import PATH as SUBJECT_DATA
from rtp_shared.service import Runtime, Service
from rtp_shared.web import build_app

PUBLIC_URL = "https://righttoprovide.example"
Document = dict[str, Any]
"""An OpenAPI document."""
NO_DATABASE = SecretStr("postgresql://nobody@localhost/none")


def find_unrouted(services: Sequence[Service] = SERVICES) -> Iterator[str]:
    """Yield what to do for each path of a service that the gateway does not forward to it.

    What a service hands in to the gateway alone is forwarded to nobody.
    """
    for service in services:
        for path in dict.fromkeys(getattr(route, "path", "") for each in service.routers for route in each.routes):
            if path != SUBJECT_DATA and service_for(path) != service.name:
                yield (
                    f"{path} is not forwarded to {service.name}: add its first part below /v1/ to SERVICES of "
                    "rtp_gateway/routing.py"
                )


async def describe_services() -> Mapping[str, Document]:
    """Return the OpenAPI documents by the service's name, the gateway's last."""
    keys = Keys()
    settings = GatewayWebSettings(
        database_url=NO_DATABASE,
        public_url=PUBLIC_URL,
        signing_key=SecretStr(keys.signing_key),
        secrets_key=SecretStr(keys.secrets_key),
    )
    runtime, signing_key = build_runtime(settings)
    apps = {each.name: build_app(_build_runtime(each, runtime.verifier, keys)) for each in SERVICES}
    gateway = build_gateway(runtime, signing_key, InProcess(apps, limits=settings.limits))
    documents = {name: await gateway.upstreams.fetch_json(name, "/openapi.json") for name in NAMES}
    return {**documents, "gateway": gateway.own.openapi()}


def _build_runtime(service: Service, verifier: TokenVerifier, keys: Keys) -> Runtime:
    own = {"bundle_key": SecretStr(keys.bundle_key)} if "bundle_key" in service.settings.model_fields else {}
    given = {"database_url": NO_DATABASE, "public_url": PUBLIC_URL, **own}
    settings = service.settings.model_validate(given)
    return Runtime.build(service, settings, verifier)
