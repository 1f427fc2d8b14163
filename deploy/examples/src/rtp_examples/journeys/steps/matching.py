"""What the operator of rounds does: works one out, commits it, checks its certificate, and repairs it."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import rtp_advice_matching
from rtp_examples.journeys.api import read_json
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

ROUNDS = "/v1/matching-rounds"
SCRIPTS = Path(rtp_advice_matching.__file__).parents[2]
"""Where `verify_round.py` and `verify_repair.py` stand, which need nothing of ours."""


class RoundOperator:
    """Whoever works out rounds over the support requests of all groups."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._api = scenario.open_client("support-operator")

    def match(self) -> str:
        """Work a round out, read what it comes to, save and commit it; return its path."""
        figures = read_json(self._api.post(ROUNDS, params={"dryRun": "true"}, json={}))["figures"]
        self._scenario.say(
            f"a round, tried out: {figures['placed']} of {figures['requests']} groups get somebody, "
            f"{figures['firstChoices']} of them nobody better"
        )
        saved = self._api.post(ROUNDS, json={})
        path = f"{ROUNDS}/{read_json(saved)['id']}"
        committed = read_json(self._api.post(f"{path}/actions/commit", headers={"If-Match": saved.headers["etag"]}))
        self._scenario.say(f"committed: {committed['proposed']} groups are proposed the adviser of the round first")
        self._verify(f"{path}/certificate")
        return path

    def repair(self, path: str) -> JsonObject:
        """Preview a repair of a round, with the harm that it does, then save and commit it."""
        preview = read_json(self._api.post(f"{path}/repairs", params={"dryRun": "true"}, json={}))
        harm = preview["figures"]
        self._scenario.say(
            f"a repair, tried out: {harm['moved']} moved, {harm['indirectly']} of them only because of others; "
            f"{harm['worse']} fit less well, {harm['leftWithout']} left without; fewer than {harm['atLeast']} cannot be"
        )
        saved = self._api.post(f"{path}/repairs", json={})
        repair: JsonObject = read_json(saved)
        self._scenario.require(repair["basisHash"] == preview["basisHash"], otherwise="another repair was saved")
        own = f"{path}/repairs/{repair['id']}"
        done = read_json(self._api.post(f"{own}/actions/commit", headers={"If-Match": saved.headers["etag"]}))
        self._scenario.say(
            f"committed: {done['proposed']} groups are proposed somebody else first; nobody else is moved"
        )
        self._verify_repair(path, own)
        return repair

    def _verify(self, path: str) -> None:
        """Download a certificate and have it checked by the script that is published beside the service."""
        answer = self._api.get(path)
        certificate = read_json(answer)
        verdict = run_verifier("verify_round.py", answer.content)
        self._scenario.require(verdict.returncode == 0, otherwise=verdict.stderr)
        self._scenario.say(f"verify_round.py: {verdict.stdout.splitlines()[0]}")
        certificate["input"]["requests"][0]["weeksWaited"] += 1
        altered = run_verifier("verify_round.py", json.dumps(certificate).encode())
        self._scenario.require(altered.returncode != 0, otherwise="an altered certificate is taken for right")

    def _verify_repair(self, path: str, own: str) -> None:
        """Download a repair and have it checked beside the certificate of its round."""
        certificate, document = (self._api.get(each).content for each in (f"{path}/certificate", f"{own}/document"))
        verdict = run_verifier("verify_repair.py", certificate, document)
        self._scenario.require(verdict.returncode == 0, otherwise=verdict.stderr)
        self._scenario.say(f"verify_repair.py: {verdict.stdout.splitlines()[0]}")


def run_verifier(script: str, *documents: bytes) -> "subprocess.CompletedProcess[str]":
    """Check what was downloaded by a script, in a Python of its own that sees nothing of ours."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number, _ in enumerate(documents)]
        for file, document in zip(files, documents, strict=True):
            file.write_bytes(document)
        command = [sys.executable, "-I", str(SCRIPTS / script), *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
