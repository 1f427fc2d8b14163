"""A published version of a process never changes: cases are pinned to it, and people rely on the days that it counts.

What binds is held still by its digest: a wording that explains the same better is no change.
"""

import hashlib
import json
from typing import Any

import pytest

from rtp_applications.processes.views import show_process
from rtp_applications.workflow.processes import PROCESSES

PUBLISHED = {
    "right-to-provide-1": "f99dcf3e1748e2c3bd783694a92a01958754cda3894bda0ed0f1d1c16e923e02",
    "right-to-provide-2": "2eb326ae71fd7b0bf6a12dd39763f4ed54493e15ef806451301e0542eb12540a",
    "right-to-provide-3": "31b88ee0ca21ff1a5cfdbefaadab0a630eebe12a74128c362de806a2575cbda8",
    "right-to-provide-4": "0c540b9bcee2ce3ed85f99f5b6685547c4878b70818e14fd8a03ae266b87c52e",
    "community-right-to-challenge-1": "8dd35b69cce94c4ae46c712adb869029c8976b1ef3d5ab40ab88bda39e37c71b",
    "community-right-to-challenge-2": "548e5417aa7c515522f548fbbcae3feac46b2cd8a4cd9b6ab1d8ac9134278cad",
    "community-right-to-challenge-3": "d323d132cde9f6b1feb3e34ddd1c4030dc4f88d5d12621fe20449ea992eb7c40",
    "community-right-to-challenge-4": "9331eb0fec3dde893d5905e64397ce9aaedeed15cfe08ddb04bf72acc7170fc2",
    "employer-led-1": "71b5408e522d9848bda60a69e62eb629fca073a0efc28b1d26bf2001db279a86",
    "employer-led-2": "c860c3495515ea3acdecfd4bbe9633d6040cbbe8c73612544e2dbb9eb06ccd06",
    "employer-led-3": "2aec76e7250a76880f4a8cf4d16bb1536630fef6d4a3164e5ee7833efc9308b4",
    "employer-led-4": "a999340bde5c0fb4888008dc8d200f112b8b24eb04db4c244d10b612dbf99757",
    "right-to-request-1": "230360d77b4622298c2a9c28a41871611940710e6cdb13f1628cf16b0dec2d01",
}
"""By route and version. A version is named here by the release that publishes it, and its digest never changes again:
whoever finds another one here has changed what cases are pinned to, and makes a new version of it instead.
"""
WORDS = frozenset({"says", "description", "source", "title", "examples"})
"""Members that explain and bind nothing."""
EMPTY: tuple[object, ...] = (None, [], {}, False)
"""What a version does not have: a member that only later versions fill is no change of it."""


@pytest.mark.parametrize("version", PUBLISHED)
def test_a_published_version_is_as_it_was_published(version: str) -> None:
    found = {f"{route}-{number}": process for (route, number), process in PROCESSES.items()}
    shown = show_process(found[version]).model_dump(mode="json", by_alias=True)
    binding = json.dumps(_leave_words_out(shown), sort_keys=True)
    assert hashlib.sha256(binding.encode()).hexdigest() == PUBLISHED[version], (
        f"{version} is published: put what it had into the stage's version_N.py, as docs/adr/0031 says"
    )


def test_all_but_the_newest_are_published() -> None:
    newest = {route: max(number for each, number in PROCESSES if each is route) for route, _ in PROCESSES}
    former = {f"{route}-{number}" for route, number in PROCESSES if number < newest[route]}
    assert former <= PUBLISHED.keys()


def _leave_words_out(shown: Any) -> Any:
    """Return it without what only explains or is empty: a field of a payload that has such a name stays."""
    if isinstance(shown, list):
        return [_leave_words_out(each) for each in shown]
    if not isinstance(shown, dict):
        return shown
    kept = {name: value for name, value in shown.items() if name not in WORDS or not isinstance(value, str | list)}
    return {name: _leave_words_out(value) for name, value in kept.items() if value not in EMPTY}
