"""The gateway: requests in to the services, events out to subscribers."""

from functools import partial

from rtp_gateway import migrations
from rtp_gateway.clients.current import ClientVerifier, CurrentClients
from rtp_gateway.inbound.admission import AdmittedOnly
from rtp_gateway.inbound.calls.log import CallLog
from rtp_gateway.inbound.calls.recorder import Recorder
from rtp_gateway.inbound.edge.browsers import Browsers
from rtp_gateway.inbound.edge.quotas import CountedRequests
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.identity.client_keys import FETCH_SECONDS, LONGEST_ANSWER, ClientKeys, KeysUnreachable
from rtp_gateway.inbound.identity.guessing import GuessingLimiter
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.identity.routes import identity, tokens
from rtp_gateway.inbound.portal.routes import portal
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.inbound.registration.routes import registration
from rtp_gateway.limits.limiter import RequestLimiter
from rtp_gateway.limits.slots import SharedSlots
from rtp_gateway.models import Model
from rtp_gateway.outbound.cursors import Cursors
from rtp_gateway.outbound.deliveries.routes import deliveries
from rtp_gateway.outbound.erasure.routes import erasures
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from rtp_gateway.outbound.feed.notifier import EventNotifier
from rtp_gateway.outbound.feed.routes import feed
from rtp_gateway.outbound.feed.stream import StreamTimings
from rtp_gateway.outbound.fhir.discovery import fhir_discovery
from rtp_gateway.outbound.fhir.outcomes import FhirOutcomes
from rtp_gateway.outbound.fhir.routes import fhir
from rtp_gateway.outbound.handlers import HANDLERS
from rtp_gateway.outbound.provisioning.access import run_access
from rtp_gateway.outbound.provisioning.orphans import run_orphan_cleanup
from rtp_gateway.outbound.provisioning.worker import run_provisioning
from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.key_routes import subscription_keys
from rtp_gateway.outbound.subscriptions.routes import subscriptions
from rtp_gateway.outbound.transports.connections import Connections, NoSinkResponse, SinkRequest
from rtp_gateway.retention import run_retention
from rtp_gateway.settings import GatewaySettings, GatewayWebSettings
from rtp_gateway.subject_data.routes import subject_data
from rtp_gateway.traces.routes import traces
from rtp_shared.service import Runtime, Service
from rtp_shared.web import build_app

service = Service(
    name="gateway",
    title="Gateway",
    description="Tokens, the event feed, and subscriptions to events.",
    routers=[
        tokens,
        identity,
        registration,
        feed,
        subscriptions,
        subscription_keys,
        deliveries,
        erasures,
        fhir,
        fhir_discovery,
        traces,
        subject_data,
    ],
    loops=[run_retention, run_provisioning, run_access, run_orphan_cleanup],
    metadata=Model.metadata,
    migrations=migrations,
    handlers=HANDLERS,
    openapi_url=None,
    background="delivery",
)


def build_runtime(settings: GatewayWebSettings) -> tuple[Runtime, SigningKey]:
    key = SigningKey(settings.signing_key.get_secret_value())
    clients = CurrentClients(settings.database_url.get_secret_value())
    verifier = ClientVerifier(issuer=settings.public_url, keys=key, clients=clients)
    return Runtime.build(service, settings, verifier), key


async def fetch_keys(connections: Connections, url: str) -> bytes:
    """Return the keys that a client publishes, by the one way out that leads into no private network."""
    question = SinkRequest("GET", url, {"Accept": "application/jwk-set+json, application/json"})
    try:
        answer = await connections.request(question, seconds=FETCH_SECONDS, at_most=LONGEST_ANSWER)
    except NoSinkResponse as silence:
        raise KeysUnreachable(str(silence)) from silence
    if answer.status != 200:
        raise KeysUnreachable(f"their address answered {answer.status}")
    return answer.body


def build_gateway(runtime: Runtime, key: SigningKey, upstreams: Upstreams) -> Gateway:
    """Build the application that faces the outside: the gateway's own routes, and the services behind it."""
    app = build_app(runtime)
    app.state.signing_key = key
    app.state.upstreams = upstreams
    settings = runtime.settings
    assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    app.state.subscription_deps = deps = SubscriptionDeps.build(settings, runtime.outbox)
    app.state.client_keys = ClientKeys(partial(fetch_keys, deps.connections))
    app.state.guessing_limiter = GuessingLimiter()
    app.state.cursors = Cursors(deps.secret_box)
    slots = SharedSlots(settings.database_url.get_secret_value())
    notifier = EventNotifier(settings.database_url.get_secret_value())
    app.state.long_poll_limiter = limiter = LongPollLimiter(notifier, runtime.verifier, shared=slots)
    app.state.stream_timings = StreamTimings()
    app.include_router(portal)
    app.add_middleware(FhirOutcomes)
    recorder = Recorder(CallLog(runtime.database, runtime.metrics), runtime.verifier)
    admitted = AdmittedOnly(upstreams, runtime.verifier, public_url=settings.public_url, slots=slots)

    async def close() -> None:
        await limiter.close()
        await slots.close()
        await runtime.verifier.close()

    limiter_of_requests = RequestLimiter(settings.database_url.get_secret_value(), settings.quotas)
    return Gateway(
        app,
        admitted,
        runtime.metrics,
        recorder=recorder,
        closing=close,
        counted=CountedRequests(limiter_of_requests, runtime.verifier),
        browsers=Browsers(settings.browser_origins, secure=settings.public_url.startswith("https://")),
        public_url=settings.public_url,
    )
