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
    "right-to-provide-1": "4645b35838e1eaf9008b80ab9bbaef86748a4b7f47f22c390c984dc650b3726a",
    "right-to-provide-2": "41bbc0c0e09040e9e0b5311cec50880731f332ae80655218ef2fef94c39f701b",
    "community-right-to-challenge-1": "ad742c9322d1953cf496b9a97cc52bd2b216c044e13015c2e2e100aed0de5443",
    "community-right-to-challenge-2": "5e732eddbddb520e7207d20db202c5cb018977a1319383c6d60e1e5f903bbdcd",
    "employer-led-1": "46df212c5e62c06d693304b3fcc07bad842192eb85297f562eabb8b8fac6c898",
    "employer-led-2": "11f8023491bd0e9489b35a7085b188066a641e9a45a4aca2656518f868fce75b",
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
