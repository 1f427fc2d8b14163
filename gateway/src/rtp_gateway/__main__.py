"""The gateway's processes: `python -m rtp_gateway web | delivery | prepare`."""

from rtp_gateway.app import build_gateway, build_runtime, service
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_gateway.routing import NAMES
from rtp_gateway.settings import GatewaySettings, GatewayWebSettings
from rtp_shared.pipes import run_command
from rtp_shared.run import (
    build_verifier,
    configure_logs,
    load_settings,
    parse_process,
    run_prepare,
    run_with_uvloop,
    run_worker,
)
from rtp_shared.server import serve
from rtp_shared.service import Runtime


async def run_delivery(settings: GatewaySettings) -> None:
    runtime = Runtime.build(service, settings, build_verifier(settings))
    await run_worker(runtime, extra=[DeliveryWorker.build(runtime).run])


def run_web(settings: GatewayWebSettings) -> None:
    check_upstreams(settings)
    runtime, key = build_runtime(settings)
    upstreams = OverHttp(settings.upstreams, public_url=settings.public_url, limits=settings.limits)
    serve(build_gateway(runtime, key, upstreams), settings)


def check_upstreams(settings: GatewaySettings) -> None:
    """Exit if a service has no address: callers could not tell it from one that is down."""
    if missing := [name for name in NAMES if not settings.upstreams.get(name)]:
        raise SystemExit(f"settings: RTP_UPSTREAMS: no address for {', '.join(missing)}")


def main() -> int:
    process = parse_process(service, ["web", "delivery", "prepare"])
    settings = load_settings(GatewayWebSettings if process == "web" else GatewaySettings)
    configure_logs(settings.log_level, type(settings))
    if process == "prepare":
        return run_prepare(service, settings)
    if isinstance(settings, GatewayWebSettings):
        run_web(settings)
    else:
        run_with_uvloop(run_delivery(settings))
    return 0


run_command(main)
