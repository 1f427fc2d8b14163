"""Rotating the key that access tokens are signed with: `python -m rtp_gateway.rotate > new-value`.

Reads RTP_SIGNING_KEY and writes its new value: the keys that still hold, and a new one beside them. Give it to every
web process of the gateway before the new key begins to sign. From then on nothing is left to do: each process begins to
sign with it at the same time, and forgets the one before once its last token has expired.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from joserfc.errors import JoseError
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from rtp_gateway.inbound.identity.keys import SigningKey, TimedKey, import_key, read_timed_keys
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings

LONGEST_TOKEN = timedelta(seconds=3600)
"""RTP_TOKEN_SECONDS is no more."""
MARGIN = timedelta(minutes=1)
"""The clocks of two hosts differ by less."""


class RotationSettings(BaseSettings):
    """The settings of the command, from the environment."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    signing_key: SecretStr = Field(description="The gateway's, as it is now")


def rotate(keys: Sequence[TimedKey], new: str, *, now: datetime, after: timedelta) -> list[TimedKey]:
    """Return the keys with a new one that signs after this time; those before it hold until their last token is out."""
    signs_from = (now + after).replace(microsecond=0)
    ends = signs_from + LONGEST_TOKEN + MARGIN
    kept = [replace(key, holds_until=min(key.holds_until, ends)) for key in keys if key.holds_until > now]
    return [TimedKey(new, signs_from), *kept]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_gateway.rotate", description="Rotate the signing key.")
    parser.add_argument(
        "--after", type=int, default=15, metavar="MINUTES", choices=range(1, 24 * 60 + 1),
        help="when the new key begins to sign (15): every web process has to be restarted with it by then",
    )  # fmt: skip
    asked = parser.parse_args(argv)
    try:
        keys = read_timed_keys(load_settings(RotationSettings).signing_key.get_secret_value())
        for each in keys:
            import_key(each.pem)
    except (JoseError, ValueError, TypeError):
        sys.stderr.write("not done: RTP_SIGNING_KEY is not the gateway's setting of that name\n")
        return 1
    rotated = rotate(keys, SigningKey.generate(), now=datetime.now(UTC), after=timedelta(minutes=asked.after))
    sys.stdout.write("".join(each.render() for each in rotated))
    sys.stderr.write(
        f"the new key signs from {rotated[0].signs_from:%Y-%m-%d %H:%M} UTC on: give this value to every web process "
        "of the gateway before\n"
    )
    return 0


if __name__ == "__main__":
    run_command(main)
