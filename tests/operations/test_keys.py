"""Keys and passwords stay the same from one start to the next, also where an older start made fewer of them."""

import json
import stat
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from rtp_operations.databases import list_role_kinds
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


def test_keys_and_passwords_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "up.json"
    kept = HostSecrets.read(file)
    assert HostSecrets.read(file) == kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {name: tuple(own) for name, own in kept.passwords.items()} == {
        each.name: list_role_kinds(each) for each in ALL
    }
    passwords = [password for own in kept.passwords.values() for password in own.values()]
    assert len(set(passwords)) == len(passwords)
    assert kept.keys.signing_key in json.loads(file.read_text())["keys"].values()


def test_passwords_of_before_are_replaced_by_one_for_each_role(tmp_path: Path) -> None:
    file = tmp_path / "up.json"
    file.write_text(json.dumps({"keys": asdict(Keys()), "passwords": {"gateway": "shared", "applications": "shared"}}))
    kept = HostSecrets.read(file)
    assert HostSecrets.read(file) == kept
    assert kept.passwords["gateway"].keys() == {"web", "delivery", "operator"}
    assert "shared" not in file.read_text()
