"""A wrong setting ends the process with one line that names it."""

import json
import os
import re
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.routing import NAMES
from rtp_gateway.settings import GatewayWebSettings
from rtp_shared.run import load_settings

RIGHT = {
    "RTP_DATABASE_URL": "postgresql://nobody@localhost/none",
    "RTP_SIGNING_KEY": SigningKey.generate(),
    "RTP_SECRETS_KEY": Fernet.generate_key().decode(),
    "RTP_UPSTREAMS": "{" + ", ".join(f'"{name}": "http://localhost:1"' for name in NAMES) + "}",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RTP_DATABASE_URL", ""),
        ("RTP_DATABASE_URL", "mysql://x"),
        ("RTP_SIGNING_KEY", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        ("RTP_SIGNING_KEY", "none"),
        ("RTP_SECRETS_KEY", "short"),
        ("RTP_UPSTREAMS", "http://x"),
        ("RTP_UPSTREAMS", '{"applications": "applications:8000"}'),
        ("RTP_TRUSTED_PROXIES", "10.0.0.5"),
        ("RTP_BROKER_URL", "localhost:5672"),
        ("RTP_LOG_LEVEL", "info"),
        ("RTP_PORT", "port"),
        ("RTP_PUBLIC_URL", "https://rtp.example/"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for variable, its_value in {**RIGHT, name: value}.items():
        monkeypatch.setenv(variable, its_value)
    with pytest.raises(SystemExit) as ended:
        load_settings(GatewayWebSettings)
    line = str(ended.value)
    assert "\n" not in line
    assert name in line
    assert RIGHT["RTP_SECRETS_KEY"] not in line


@pytest.mark.parametrize(
    ("name", "form"),
    [("RTP_UPSTREAMS", '{"applications": "http://host:port"}'), ("RTP_TRUSTED_PROXIES", '["10.0.0.5"]')],
)
def test_what_is_no_json_is_told_its_form(monkeypatch: pytest.MonkeyPatch, name: str, form: str) -> None:
    monkeypatch.setenv(name, "http://x")
    with pytest.raises(SystemExit, match=re.escape(form)):
        load_settings(GatewayWebSettings)


def test_a_process_ends_with_that_line_and_names_what_it_does_not_read() -> None:
    wrong = {"RTP_UPSTREAMS": '{"applications": "http://localhost:1"}', "RTP_PAYLOD_DAYS": "9", "RTP_CLAMD": "host:1"}
    command = [sys.executable, "-m", "rtp_gateway", "web"]
    environment = {**os.environ, **RIGHT, **wrong}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    warning, line = done.stderr.splitlines()
    assert json.loads(warning)["variables"] == "RTP_CLAMD, RTP_PAYLOD_DAYS (RTP_PAYLOAD_DAYS?)"
    assert line == "settings: RTP_UPSTREAMS: no address for advice-matching, finance-directory"
