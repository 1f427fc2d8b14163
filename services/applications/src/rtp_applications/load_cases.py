"""Brings a council's cases into the platform from a file of its own system: NDJSON, or CSV where its name ends so.

    RTP_CLIENT_SECRET=... python -m rtp_applications.load_cases FILE --url https://ADDRESS --client ID [--dry-run]

It sends the file, waits until its rows were dealt with, and says what became of them: counts on standard output, what
is wrong with rows on standard error. Sent again, the same file makes nothing twice. Ends with 0 if all rows are on
file, 3 if some were refused, 1 if the file was.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from rtp_shared.pipes import run_command

REFUSED, NOT_DONE = 3, 1
LOOKED_EVERY_SECONDS = 2.0
Said = dict[str, Any]


class NotTaken(Exception):
    """The platform did not take the file, or did not answer as it should; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Load the file that is named; return the exit code."""
    asked = _build_parser().parse_args(argv)
    try:
        with httpx.Client(base_url=asked.url, timeout=60) as client:
            return load_file(client, asked.client, asked.file, dry_run=asked.dry_run)
    except (NotTaken, httpx.HTTPError, OSError) as error:
        sys.stderr.write(f"not loaded: {error}\n")
        return NOT_DONE


def load_file(
    client: httpx.Client, client_id: str, path: Path, *, dry_run: bool, pause: float = LOOKED_EVERY_SECONDS
) -> int:
    """Send the file and wait for it; say what became of its rows, and return the exit code."""
    session = _Session(client, client_id)
    done = session.send(path, dry_run=dry_run)
    while done["state"] != "finished":
        time.sleep(pause)
        done = session.ask("GET", f"/v1/case-imports/{done['id']}").json()
    verb = "would come in" if dry_run else "came in"
    sys.stdout.write(
        f"{path.name}: {done['rows']} rows; {done['made']} {verb}, {done['known']} were here, "
        f"{done['refused']} were refused\n"
    )
    for each in session.list_problems(done["id"]):
        where = f"row {each['row']}{', ' + each['reference'] if each['reference'] else ''}"
        sys.stderr.write(f"{where}: {each['field'] or 'the row'} {each['reason']}\n")
    return REFUSED if done["refused"] else 0


class _Session:
    """What is asked of the platform, with a token that is renewed when it has run out."""

    def __init__(self, client: httpx.Client, client_id: str) -> None:
        self._client = client
        self._client_id = client_id
        self._sign_in()

    def _sign_in(self) -> None:
        secret = os.environ.get("RTP_CLIENT_SECRET", "")
        form = {"grant_type": "client_credentials"}
        answer = self._client.post("/oauth2/token", data=form, auth=(self._client_id, secret))
        if answer.status_code != 200:
            raise NotTaken("no token: is RTP_CLIENT_SECRET the secret of this client?")
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def send(self, path: Path, *, dry_run: bool) -> Said:
        media_type = "text/csv" if path.suffix.lower() == ".csv" else "application/x-ndjson"
        headers = {"Content-Type": media_type, "Content-Length": str(path.stat().st_size)}
        with path.open("rb") as file:
            params = {"dryRun": str(dry_run).lower()}
            sent: Said = self.ask("POST", "/v1/case-imports", content=file, headers=headers, params=params).json()
        return sent

    def list_problems(self, import_id: str) -> Iterator[Said]:
        params: dict[str, str] = {"limit": "200"}
        while True:
            page = self.ask("GET", f"/v1/case-imports/{import_id}/problems", params=params).json()
            yield from page["items"]
            if not page["next"]:
                return
            params["after"] = page["next"]

    def ask(self, method: str, path: str, **named: Any) -> httpx.Response:
        answer = self._client.request(method, path, **named)
        if answer.status_code == 401 and method == "GET":
            self._sign_in()
            answer = self._client.request(method, path, **named)
        if not answer.is_success:
            raise NotTaken(_explain(answer))
        return answer


def _explain(answer: httpx.Response) -> str:
    """Return why it was refused, as the problem document says it."""
    try:
        problem = answer.json()
        errors = [f"{each['field']} {each['reason']}".strip() for each in problem.get("errors", [])]
        return "; ".join([f"{answer.status_code}, {problem.get('detail', '')}", *errors])
    except ValueError:
        return f"{answer.status_code}"


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rtp_applications.load_cases",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", required=True, help="address of the platform")
    parser.add_argument("--client", required=True, help="id of your client; its secret is in RTP_CLIENT_SECRET")
    parser.add_argument("--dry-run", action="store_true", help="only find out what would become of each row")
    return parser


if __name__ == "__main__":
    run_command(partial(main, None))
