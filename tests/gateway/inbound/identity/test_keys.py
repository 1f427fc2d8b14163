"""Rotating the key that tokens are signed with: two stand side by side, and no token breaks."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from rtp_gateway.inbound.identity.keys import SigningKey, read_timed_keys
from rtp_gateway.rotate import LONGEST_TOKEN, MARGIN, rotate
from rtp_shared.auth import TokenVerifier

pytestmark = pytest.mark.anyio
ISSUER = "http://rtp.test"
AFTER = timedelta(minutes=15)


class Turn:
    """A rotation, seen by a process with the old setting, one with the new, and whoever has only the published keys."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.old_setting = SigningKey.generate()
        rotated = rotate(read_timed_keys(self.old_setting), SigningKey.generate(), now=self.now, after=AFTER)
        self.new_setting = "".join(each.render() for each in rotated)
        self.former = SigningKey(self.old_setting, now=lambda: self.now)
        self.rotated = SigningKey(self.new_setting, now=lambda: self.now)


def sign(key: SigningKey) -> str:
    who = {"issuer": ISSUER, "client_id": "c", "organisation": uuid.uuid4(), "scopes": []}
    return key.sign_access_token(**who, seconds=600, now=datetime.now(UTC))  # type: ignore[arg-type]


async def test_processes_of_both_settings_take_each_others_tokens_until_the_switch() -> None:
    turn = Turn()
    assert turn.rotated.build_jwks()["keys"][0]["kid"] == turn.former.current.kid
    assert len(turn.rotated.build_jwks()["keys"]) == 2
    await TokenVerifier(issuer=ISSUER, keys=turn.former).verify(sign(turn.rotated))
    await TokenVerifier(issuer=ISSUER, keys=turn.rotated).verify(sign(turn.former))


async def test_after_the_switch_the_new_key_signs_and_the_old_one_holds_until_its_last_token_is_out() -> None:
    turn = Turn()
    before = sign(turn.rotated)
    turn.now += AFTER
    assert turn.rotated.current.kid != turn.former.current.kid
    verifier = TokenVerifier(issuer=ISSUER, keys=turn.rotated)
    await verifier.verify(before)
    await verifier.verify(sign(turn.rotated))
    turn.now += LONGEST_TOKEN + MARGIN
    assert [key["kid"] for key in turn.rotated.build_jwks()["keys"]] == [turn.rotated.current.kid]
    with pytest.raises(Exception, match="not valid"):
        await TokenVerifier(issuer=ISSUER, keys=turn.rotated).verify(before)


def test_a_second_rotation_keeps_what_the_first_still_needs() -> None:
    turn = Turn()
    later = turn.now + timedelta(minutes=20)
    again = rotate(read_timed_keys(turn.new_setting), SigningKey.generate(), now=later, after=AFTER)
    ends = [key.holds_until for key in again]
    assert ends[2] < ends[1] < ends[0]
    much_later = rotate(again, SigningKey.generate(), now=later + timedelta(days=1), after=AFTER)
    assert len(much_later) == 2


def test_what_is_published_is_public() -> None:
    for key in Turn().rotated.build_jwks()["keys"]:
        assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}


@pytest.mark.parametrize("head", ["Signs-From: tomorrow\n", "Signs-From: 2026-12-01T00:00:00\n", "Sings-From: x\n"])
def test_a_wrong_time_is_told_at_the_start(head: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SigningKey(head + SigningKey.generate())
