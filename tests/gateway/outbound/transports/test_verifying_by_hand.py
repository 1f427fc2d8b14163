"""The ways to verify a signature that docs/receiving-events.md shows, run as they stand there."""

import base64
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from rtp_gateway.outbound.transports.signing import Keyring
from rtp_shared.clock import utcnow

SECTION = (
    (Path(__file__).parents[4] / "docs" / "receiving-events.md").read_text().partition("### Verifying a signature")[2]
)
BODY = '{"naïve": "£5"}'.encode()


def show(language: str) -> str:
    """The first example in this language."""
    found = re.search(f"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert found
    return found[1]


def test_by_public_key() -> None:
    shown: dict[str, Callable[..., None]] = {}
    exec(show("python"), shown)  # noqa: S102 - our own page
    former, now = Keyring.new(), utcnow()
    current = former.rotate(now, timedelta(hours=1))
    headers = current.sign_message("1", at=now, body=BODY)
    for keyring in (former, current):
        shown["verify"](keyring.public_key, BODY, headers)
    late = current.sign_message("1", at=now - timedelta(minutes=6), body=BODY)
    for key, body, sent in (
        (Keyring.new().public_key, BODY, headers),
        (current.public_key, BODY + b" ", headers),
        (current.public_key, BODY, headers | {"webhook-id": "2"}),
        (current.public_key, BODY, late),
    ):
        with pytest.raises(ValueError, match="no signature holds"):
            shown["verify"](key, body, sent)


def test_by_secret_on_the_command_line(tmp_path: Path) -> None:
    keyring = Keyring.new()
    headers = keyring.sign_message("1", at=utcnow(), body=BODY)
    (tmp_path / "body").write_bytes(BODY)
    given = {"SECRET": keyring.secret, "ID": headers["webhook-id"], "TIMESTAMP": headers["webhook-timestamp"]}
    path = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", show("sh")], cwd=tmp_path, env=path | given, capture_output=True, check=True)
    assert f"v1,{done.stdout.decode().strip()}" in headers["webhook-signature"].split(" ")
    assert len(base64.b64decode(done.stdout)) == 32
