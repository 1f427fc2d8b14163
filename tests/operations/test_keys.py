"""Keys that must stay the same from one start to the next, also where an older start made fewer of them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from rtp_operations.keys import Keys
from rtp_operations.up import HostSecrets


def read_of_up(file: Path) -> Keys:
    return HostSecrets.read(file).keys


@pytest.mark.parametrize("read", [Keys.read, read_of_up])
def test_keys_are_made_once(tmp_path: Path, read: Callable[[Path], Keys]) -> None:
    file = tmp_path / "keys.json"
    made = read(file)
    assert read(file) == made
    assert file.stat().st_mode & 0o077 == 0


def test_a_key_that_came_later_is_added_and_the_others_stay(tmp_path: Path) -> None:
    former = asdict(Keys())
    del former["bundle_key"]
    one, many = tmp_path / "keys.json", tmp_path / "up.json"
    one.write_text(json.dumps(former))
    many.write_text(json.dumps({"keys": former, "passwords": {"gateway": "secret"}}))
    for read, file in ((Keys.read, one), (read_of_up, many)):
        keys = read(file)
        assert (keys.signing_key, keys.secrets_key) == (former["signing_key"], former["secrets_key"])
        assert read(file) == keys
    assert HostSecrets.read(many).passwords == {"gateway": "secret"}
