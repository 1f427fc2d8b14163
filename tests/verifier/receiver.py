"""A receiver's side of the verifier: chains of real events, and the command where nothing of ours can be imported."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from rtp_gateway.forms.rendering import Form, render
from rtp_gateway.inbound.portal import downloads
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.contracts.applications import CaseWithdrawn

Event = dict[str, Any]


LISTS = (
    "duplicates",
    "begins_anew",
    "gaps",
    "explained_gaps",
    "out_of_order",
    "conflicts",
    "broken_links",
    "bad_signatures",
    "not_events",
    "missing_against_feed",
    "not_in_feed",
)


def found(report: dict[str, Any]) -> dict[str, list[Any]]:
    """The kinds of findings that there are any of."""
    return {kind: report[kind] for kind in LISTS if report[kind]}


def chain(length: int, *, anew_at: int | None = None) -> list[bytes]:
    """The events of one case, as a service publishes them."""
    case_id, made, previous = uuid.uuid4(), list[bytes](), None
    for sequence in range(1, length + 1):
        _, body = events.write(
            CaseWithdrawn(case_id=case_id, number=f"£{sequence}", withdrawn_from="]},{[\\", withdrawn_at=utcnow()),
            base_url="http://rtp.test",
            service="applications",
            subject_id=case_id,
            sequence=sequence,
            dataref=f"/v1/cases/{case_id}",
            previous=None if sequence == anew_at else previous,
        )
        made.append(body)
        previous = events.compute_digest(body)
    return made


def sent(form: Form, body: bytes) -> bytes:
    """The event in the form in which a subscriber gets it."""
    hash_ = bytes.fromhex(events.compute_digest(body))
    return render(form, body, hash_=hash_, subscription_url="http://rtp.test/fhir/R4/Subscription/1")[1]


def altered(body: bytes, **attributes: Any) -> bytes:
    """The event with other attributes (None: without), otherwise byte for byte."""
    event = json.loads(body) | attributes
    present = {name: value for name, value in event.items() if value is not None}
    return json.dumps(present, separators=(",", ":")).encode()


def sequence(body: bytes) -> int:
    return int(json.loads(body)["sequence"])


def page(items: list[bytes], *, next_: str | None = None, cursor: str = "here") -> bytes:
    return b'{"items":[%b],"next":%b,"cursor":"%b"}' % (b",".join(items), json.dumps(next_).encode(), cursor.encode())


def keep(directory: Path, bodies: list[bytes]) -> Path:
    """Each in a file of its own, whose name tells the order of arrival."""
    directory.mkdir(exist_ok=True)
    for number, body in enumerate(bodies):
        (directory / f"{number:04d}.json").write_bytes(body)
    return directory


class Verifier:
    """The command as a subscriber has it: one file in an empty directory, on Python's standard library alone."""

    def __init__(self, directory: Path, downloaded: bytes | None = None) -> None:
        self.directory = directory / "downloaded"
        self.directory.mkdir()
        (self.directory / "verifier.pyz").write_bytes(downloaded or downloads.verifier())

    def run(self, *arguments: object, packages: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        """`packages`: whether what is installed can be imported."""
        alone = ["-I"] if packages else ["-I", "-S"]
        command = [sys.executable, *alone, "-W", "error", "verifier.pyz", *map(str, arguments)]
        path = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            command, cwd=self.directory, env=path | environment, capture_output=True, text=True, timeout=60, check=False
        )

    def report(self, *arguments: object, **settings: Any) -> dict[str, Any]:
        """The report for machines, after the promises that every one keeps."""
        done = self.run(*arguments, "--json", **settings)
        assert done.stderr == ""
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["exit_code"] == done.returncode
        return report

    def refusal(self, *arguments: object, **settings: Any) -> str:
        """The one line that says why nothing could be checked."""
        done = self.run(*arguments, **settings)
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert done.stderr.count("\n") == 1
        return done.stderr
