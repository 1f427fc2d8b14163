"""The gateway: the edge, both ways. REST in; events out."""

from rtp_gateway import migrations
from rtp_gateway.cursors import Cursors
from rtp_gateway.deliveries.routes import deliveries
from rtp_gateway.edge import Gateway
from rtp_gateway.erasure import retention
from rtp_gateway.erasure.routes import erasure
from rtp_gateway.feed.bell import Bell
from rtp_gateway.feed.routes import feed
from rtp_gateway.feed.stream import Pace
from rtp_gateway.feed.waiting import WaitingRoom
from rtp_gateway.fhir.routes import fhir
from rtp_gateway.identity.keys import SigningKey
from rtp_gateway.identity.routes import identity
from rtp_gateway.models import Model
from rtp_gateway.portal.routes import portal
from rtp_gateway.proxy.forward import Upstreams
from rtp_gateway.settings import GatewaySettings
from rtp_gateway.subscriptions import leftovers
from rtp_gateway.subscriptions.handlers import HANDLERS
from rtp_gateway.subscriptions.kit import Kit
from rtp_gateway.subscriptions.routes import subscriptions
from rtp_gateway.traces.calls import CallLog
from rtp_gateway.traces.recorder import Recorder
from rtp_gateway.traces.routes import traces
from rtp_shared.auth import FixedKeys, TokenVerifier
from rtp_shared.service import Runtime, Service
from rtp_shared.web import build_app

service = Service(
    name="gateway",
    title="Gateway",
    description="Tokens, the event feed, and subscriptions to events.",
    routers=[identity, feed, subscriptions, deliveries, erasure, fhir, traces],
    loops=[retention.keep, leftovers.keep],
    metadata=Model.metadata,
    migrations=migrations,
    handlers=HANDLERS,
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
    settings = runtime.settings
    assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    app.state.kit = Kit.of(settings, runtime.outbox)
    app.state.cursors = Cursors(app.state.kit.safe)
    app.state.waiting_room = room = WaitingRoom(Bell(settings.database_url.get_secret_value()))
    app.state.pace = Pace()
    app.include_router(portal)
    recorder = Recorder(CallLog(runtime.database, runtime.metrics), runtime.verifier)
    return Gateway(app, upstreams, runtime.metrics, recorder=recorder, closing=room.close)
