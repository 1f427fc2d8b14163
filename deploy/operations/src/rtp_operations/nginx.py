"""Write a configuration of nginx that stands before the services directly: `python -m rtp_operations.nginx`.

For those who outgrow one gateway's forwarding. It is written from the routes and limits that the gateway has, so write
it anew with every release. Each service verifies tokens itself; what the gateway knows besides, it does not know: that
a client was deactivated (its tokens hold until they expire), and what a client has used of its quotas elsewhere.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping

from rtp_gateway.inbound.edge.heads import FROM_PROXIES, TARGET_LENGTH
from rtp_gateway.routing import OPEN_TO_BROWSERS, PAGES, SERVICES, STREAMED, ForwardingLimits
from rtp_shared.pipes import run_command

PROBLEMS = {
    400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 413: "Content Too Large",
    414: "URI Too Long", 429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
WAITS = {429: 5, 502: 5, 503: 2, 504: 5}
"""Retry-After of a problem, in seconds."""
FORWARDED = ("For", "Host", "Proto", "Port", "Prefix", "Server", "User", "Email", "Groups", "Client-Cert")
"""Of X-Forwarded-: nginx cannot drop headers by the beginning of their name. No service believes any of them."""
TOKENS_A_SECOND, TOKEN_BURST, CONNECTIONS = 50, 500, 250
"""Of one access token, of one token at once, and of one address: as the gateway has it by default."""


def write_configuration(upstreams: Mapping[str, str], *, listen: str, directory: str, limits: ForwardingLimits) -> str:
    """Write the whole configuration; `upstreams` are the host and port of each service and of the gateway."""
    lines = [
        "worker_processes auto;",
        f"pid {directory}/nginx.pid;",
        "error_log stderr warn;",
        "events { worker_connections 4096; }",
        "http {",
        *_indent(_write_http(upstreams, limits, directory)),
        "  server {",
        *_indent(_indent(_write_server(listen, limits))),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _write_http(upstreams: Mapping[str, str], limits: ForwardingLimits, directory: str) -> Iterator[str]:
    yield "access_log off; server_tokens off; default_type application/octet-stream;"
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield f"{kind}_temp_path {directory}/{kind};"
    yield "merge_slashes off; ignore_invalid_headers on; underscores_in_headers off;"
    yield "large_client_header_buffers 4 16k; client_header_timeout 15s; client_body_timeout 15s; send_timeout 45s;"
    yield "keepalive_timeout 75s; reset_timedout_connection on;"
    yield f"client_max_body_size {limits.body}; client_body_buffer_size 64k;"
    yield "gzip on; gzip_min_length 1024; gzip_proxied no-cache private expired auth; gzip_vary on;"
    yield "gzip_types application/json application/problem+json application/fhir+json text/csv text/plain;"
    yield f"limit_req_zone $http_authorization zone=tokens:20m rate={TOKENS_A_SECOND}r/s;"
    yield "limit_conn_zone $binary_remote_addr zone=addresses:10m;"
    # What is refused is sent on to its problem inside, and is not to be refused there again.
    yield r"map $uri $is_problem { volatile; default 0; ~^/\.problems/ 1; }"
    yield (
        'map "$is_problem$request_uri" $refused { volatile; default 0; ~^1 0; '
        f'"~^0.{{{TARGET_LENGTH + 1},}}" 414; '
        r'"~*^0[^?]*(/(\.|%2e){1,2}(/|\?|$)|\x5c)" 400; ~^0// 400; }'
    )
    for name, address in upstreams.items():
        server = f"server {address} max_fails=5 fail_timeout=1s; keepalive 100; keepalive_timeout 30s;"
        yield f"upstream {name} {{ {server} }}"


def _write_server(listen: str, limits: ForwardingLimits) -> Iterator[str]:
    yield f"listen {listen}; server_name _;"
    yield f"limit_req zone=tokens burst={TOKEN_BURST} nodelay; limit_req_status 429;"
    yield f"limit_conn addresses {CONNECTIONS}; limit_conn_status 503;"
    yield "proxy_http_version 1.1; proxy_connect_timeout 2s; proxy_next_upstream off; proxy_redirect off;"
    yield f"proxy_read_timeout {limits.seconds:g}s; proxy_send_timeout {limits.seconds:g}s;"
    yield 'proxy_set_header Host $http_host; proxy_set_header Connection ""; proxy_set_header Upgrade "";'
    for name in sorted(each.decode() for each in FROM_PROXIES):
        yield f'proxy_set_header {name} "";'
    for name in FORWARDED:
        yield f'proxy_set_header X-Forwarded-{name} "";'
    yield "add_header X-Content-Type-Options nosniff;"
    yield "add_header Referrer-Policy no-referrer;"
    yield "add_header Content-Security-Policy \"frame-ancestors 'none'\";"
    yield "if ($refused = 414) { return 414; }"
    yield "if ($refused = 400) { return 400; }"
    yield "if ($request_method = TRACE) { return 405; }"
    yield f'location ~ "^(?:{STREAMED.pattern})$" {{ {_stream(limits)} proxy_pass http://$streamed_to; }}'
    yield from _write_locations()
    for status in PROBLEMS:
        yield f"error_page {status} /.problems/{status};"
    yield "error_page 494 /.problems/431;"
    yield from map(_write_problem, PROBLEMS)


def _stream(limits: ForwardingLimits) -> str:
    return (
        f"client_max_body_size {limits.document}; proxy_request_buffering off; proxy_buffering off; gzip off; "
        "set $streamed_to applications; if ($uri ~ ^/v1/grant-exports/) { set $streamed_to finance-directory; }"
    )


def _write_locations() -> Iterator[str]:
    """Write the paths of each service; what belongs to none is the gateway's own, with its streams and long polls."""
    for path in OPEN_TO_BROWSERS:
        service = SERVICES[path.rpartition("/")[2]]
        opened = "add_header Access-Control-Allow-Origin * always;"
        yield f"location ~ ^{path}(/|$) {{ {opened} proxy_pass http://{service}; }}"
    for service in dict.fromkeys(SERVICES.values()):
        parts = "|".join(part for part, name in SERVICES.items() if name == service)
        yield f"location ~ ^/v1/({parts})(/|$) {{ proxy_pass http://{service}; }}"
    for part, service in PAGES.items():
        yield f"location ~ ^/{part}(/|$) {{ proxy_pass http://{service}; }}"
    yield "location / { proxy_buffering off; gzip off; proxy_read_timeout 90s; proxy_pass http://gateway; }"


def _write_problem(status: int) -> str:
    body = json.dumps({"type": "about:blank", "title": PROBLEMS[status], "status": status})
    wait = f"add_header Retry-After {WAITS[status]} always; " if status in WAITS else ""
    kept = "add_header Cache-Control no-store always; add_header X-Content-Type-Options nosniff always;"
    return (
        f"location = /.problems/{status} {{ internal; types {{ }} default_type application/problem+json; {wait}{kept} "
        f"return {status} '{body}'; }}"
    )


def _indent(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def parse_upstreams(text: str) -> dict[str, str]:
    """Read {"applications": "http://host:port"}; raise ArgumentTypeError where a service or the gateway lacks."""
    given = {name: re.sub(r"^http://|/$", "", url) for name, url in json.loads(text).items()}
    needed = {*SERVICES.values(), "gateway"}
    wrong = [name for name, address in given.items() if not re.fullmatch(r"[A-Za-z0-9.\[\]:-]+", address)]
    if wrong or given.keys() != needed:
        raise argparse.ArgumentTypeError(f"must name http://host:port of each of {', '.join(sorted(needed))}")
    return given


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rtp_operations.nginx", description=__doc__)
    parser.add_argument("--upstreams", required=True, type=parse_upstreams, help="as RTP_UPSTREAMS, with the gateway")
    parser.add_argument("--listen", default="127.0.0.1:8080", help="address and port, with nginx's options")
    parser.add_argument("--directory", default="/var/lib/nginx/rtp", help="for its pid and temporary files")
    asked = parser.parse_args()
    sys.stdout.write(
        write_configuration(asked.upstreams, listen=asked.listen, directory=asked.directory, limits=ForwardingLimits())
    )


if __name__ == "__main__":
    run_command(main)
