"""The gateway: the edge, both ways. REST in; events out."""


from rtp_gateway import migrations
from rtp_gateway.edge import Gateway
from rtp_gateway.identity.keys import SigningKey
from rtp_gateway.identity.routes import identity
from rtp_gateway.models import Model
from rtp_gateway.portal.routes import portal
from rtp_gateway.proxy.forward import Upstreams
from rtp_gateway.settings import GatewaySettings
from rtp_shared.auth import FixedKeys, TokenVerifier
from rtp_shared.service import Runtime, Service
from rtp_shared.web import build_app

service = Service(
    name="gateway",
    title="Gateway",
    description="Tokens, the event feed and webhook subscriptions.",
    routers=[identity],
    metadata=Model.metadata,
    migrations=migrations,
    openapi_url=None,
)


def build_runtime(settings: GatewaySettings) -> tuple[Runtime, SigningKey]:
    key = SigningKey(settings.signing_key.get_secret_value())
    verifier = TokenVerifier(issuer=settings.public_url, keys=FixedKeys(key.public_keys))
    return Runtime.build(service, settings, verifier), key


def build_gateway(runtime: Runtime, key: SigningKey, upstreams: Upstreams) -> Gateway:
    """The application that faces the outside: the gateway's own routes, and the services behind it."""
    app = build_app(runtime)
    app.state.signing_key = key
    app.state.upstreams = upstreams
    app.include_router(portal)
    return Gateway(app, upstreams, runtime.metrics)
