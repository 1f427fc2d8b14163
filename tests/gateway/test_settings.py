"""A wrong setting ends the process with one line that names it."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.routing import NAMES

RIGHT = {
    "RTP_DATABASE_URL": "postgresql://nobody@localhost/none",
    "RTP_SIGNING_KEY": SigningKey.generate(),
    "RTP_SECRETS_KEY": Fernet.generate_key().decode(),
    "RTP_UPSTREAMS": "{" + ", ".join(f'"{name}": "http://localhost:1"' for name in NAMES) + "}",
}


def refuse(name: str, value: str) -> str:
    """The one line with which a process ends that is given this setting."""
    environment = {**os.environ, **RIGHT, name: value}
    command = [sys.executable, "-m", "rtp_gateway", "web"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert name.removeprefix("RTP_").lower() in done.stderr.lower()
    assert RIGHT["RTP_SECRETS_KEY"] not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RTP_DATABASE_URL", ""),
        ("RTP_DATABASE_URL", "mysql://x"),
        ("RTP_SIGNING_KEY", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        ("RTP_SIGNING_KEY", "none"),
        ("RTP_SECRETS_KEY", "short"),
        ("RTP_UPSTREAMS", "no json"),
        ("RTP_LOG_LEVEL", "info"),
        ("RTP_PORT", "port"),
        ("RTP_PUBLIC_URL", "https://rtp.example/"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str) -> None:
    assert refuse(name, value)


def test_services_without_an_address_are_named() -> None:
    said = refuse("RTP_UPSTREAMS", '{"applications": "http://localhost:1"}')
    assert said == "settings: RTP_UPSTREAMS: no address for advice-matching, finance-directory\n"
