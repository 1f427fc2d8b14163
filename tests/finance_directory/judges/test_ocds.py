"""libcoveocds, the standard's own checker, and our report on notices agree release by release."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rtp_finance_directory.notices.standard.checks import build_check

HERE = Path(__file__).parent
REAL: list[dict[str, Any]] = json.loads(
    (HERE.parent / "notices" / "files" / "contracts-finder-england-100-releases.json").read_text("utf-8")
)
BROKEN: list[dict[str, Any]] = [
    {"ocid": None}, {"ocid": 5}, {"id": ""}, {"date": "yesterday"}, {"tag": []}, {"tender": "none"}, {"parties": {}},
    {"language": 5}, {"awards": [{"id": "1", "value": {"amount": "much"}}]},
]  # fmt: skip
NO_CODES: list[dict[str, Any]] = [
    {"tag": ["colour"]}, {"initiationType": "auction"}, {"tender": {"id": "1", "status": "odd"}},
]  # fmt: skip
"""The checker names codes of closed lists apart, without their places."""


def change(said: dict[str, Any]) -> dict[str, Any]:
    """Return a real release that says something else; None takes a field out."""
    release = {**copy.deepcopy(REAL[0]), **said}
    return {name: value for name, value in release.items() if value is not None}


def ask_judge(releases: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    package = {
        "uri": "https://notices.example/package", "version": "1.1", "publishedDate": "2026-01-01T00:00:00Z",
        "publisher": {"name": "Tests"}, "releases": releases,
    }  # fmt: skip
    path = folder / "package.json"
    path.write_text(json.dumps(package), "utf-8")
    command: list[str | Path] = [
        sys.executable,
        HERE / "ocds_judge.py",
        HERE / "files" / "ocds-standard-1.1.5.zip",
        path,
    ]
    answered = subprocess.run(command, check=True, capture_output=True, timeout=120)
    judged: dict[str, Any] = json.loads(answered.stdout)
    return judged


def test_both_find_fault_with_the_same_releases(tmp_path: Path) -> None:
    releases = [*REAL, *map(change, BROKEN), *map(change, NO_CODES)]
    judged = ask_judge(releases, tmp_path)
    assert judged["version"] == "1.1"
    theirs = {int(path.split("/")[1]) for path in judged["paths"] if "/" in path}
    check = build_check()
    ours = {number for number, release in enumerate(releases) if check(release)}
    begins = len(REAL) + len(BROKEN)
    assert {number for number in ours if number < begins} == theirs
    assert theirs >= set(range(len(REAL), begins))
    assert ours >= set(range(begins, len(releases)))
    assert judged["codes"] == ["auction", "colour", "odd"]
