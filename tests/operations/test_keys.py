"""Keys and passwords stay the same from one start to the next, also where an older start made fewer of them."""

import json
import stat
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from rtp_operations.keys import Keys
from rtp_operations.services import ALL
from rtp_operations.up import HostSecrets


def read_of_up(file: Path) -> Keys:
    return HostSecrets.read(file).keys


@pytest.mark.parametrize("read", [Keys.read, read_of_up])
def test_keys_are_made_once(tmp_path: Path, read: Callable[[Path], Keys]) -> None:
    file = tmp_path / "keys.json"
    made = read(file)
    assert read(file) == made
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("read", "wrap"),
    [(Keys.read, lambda keys: keys), (read_of_up, lambda keys: {"keys": keys, "passwords": {"gateway": "secret"}})],
    ids=["keys", "up"],
)
def test_a_key_that_came_later_is_added_and_the_others_stay(
    tmp_path: Path, read: Callable[[Path], Keys], wrap: Callable[[object], object]
) -> None:
    former = asdict(Keys())
    del former["bundle_key"]
    file = tmp_path / "kept.json"
    file.write_text(json.dumps(wrap(former)))
    keys = read(file)
    assert (keys.signing_key, keys.secrets_key) == (former["signing_key"], former["secrets_key"])
    assert read(file) == keys
    assert json.loads(file.read_text()).get("passwords", {"gateway": "secret"}) == {"gateway": "secret"}


def test_keys_and_passwords_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "up.json"
    kept = HostSecrets.read(file)
    assert HostSecrets.read(file) == kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept.passwords.keys() == {service.name for service in ALL}
    assert kept.keys.signing_key in json.loads(file.read_text())["keys"].values()
