"""Real reverse proxies before an application, as operators set them up: nginx and HAProxy from Debian's packages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.packages import ensure
from tests.support.ports import find_free_port

# The usual lines for WebSocket: what a client asks to upgrade to is passed on.
_NGINX = """
daemon off; master_process off; error_log stderr; pid {directory}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream app {{ server 127.0.0.1:{upstream}; keepalive 1; }}
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size 10m;
    location / {{
      proxy_pass http://app; proxy_http_version 1.1; proxy_request_buffering off;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;
    }}
  }}
}}
"""
_HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
  http-reuse always
frontend front
  bind 127.0.0.1:{port}
  default_backend app
backend app
  server one 127.0.0.1:{upstream} maxconn 1
"""
KINDS = {"nginx": (_NGINX, ("-c",)), "haproxy": (_HAPROXY, ("-db", "-f"))}


@asynccontextmanager
async def run_proxy(kind: str, upstream: int, directory: Path) -> AsyncIterator[int]:
    """Run the proxy with one connection to the application, shared by all its callers; return its port."""
    ensure(kind)
    port, (template, options) = find_free_port(), KINDS[kind]
    config = directory / f"{kind}.conf"
    config.write_text(template.format(directory=directory, port=port, upstream=upstream).lstrip())
    process = await asyncio.create_subprocess_exec(
        f"/usr/sbin/{kind}", *options, str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _wait_until_open(port, process)
        yield port
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _wait_until_open(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(20):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                return writer.close()
    raise RuntimeError("the proxy ended")
