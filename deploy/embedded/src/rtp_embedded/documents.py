"""Writes openapi/, asyncapi/ and docs/process.md, or checks that they are in date.

Does neither where an event's contract takes back what was published: asyncapi/published.json says what that is.
Run as `python -m rtp_embedded.documents [--check]`.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.publish import published
from rtp_embedded import growth, process_document
from rtp_embedded.platform import Keys, Platform
from rtp_gateway.inbound.portal import asyncapi
from rtp_gateway.inbound.portal.envelopes import build_envelope_schema
from rtp_gateway.inbound.portal.openapi import merge_documents
from rtp_gateway.routing import NAMES
from rtp_shared.contracts import catalogue

PUBLIC_URL = "https://righttoprovide.example"
PUBLISHED = Path("asyncapi") / "published.json"


def main() -> int:
    if broken := _broken():
        for sentence in broken:
            sys.stderr.write(f"{sentence}\n")
        return 1
    made = dict(_documents())
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path} is out of date: run `make docs`\n")
        return 1 if stale else 0
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    print(f"{len(stale)} documents written, the others were in date")
    return 0


def _broken() -> list[str]:
    """Why the contracts may not be published as they are: they take back what was published before."""
    if not PUBLISHED.exists():
        return [f"{PUBLISHED} is missing: fetch it from the history of the repository, it is nowhere else"]
    return growth.breaks(json.loads(PUBLISHED.read_text()), _promised())


def _promised() -> growth.Record:
    return growth.of(catalogue(), asyncapi.build_document(public_url=PUBLIC_URL))


def _documents() -> Iterator[tuple[Path, str]]:
    """Every generated document, with its path from the top of the repository."""
    platform = Platform(
        lambda _database, _role: "postgresql://nobody@localhost/none", public_url=PUBLIC_URL, keys=Keys()
    )
    parts = asyncio.run(_openapi(platform))
    for name, part in parts.items():
        yield Path("openapi") / f"{name}.json", _text(part)
    yield Path("openapi") / "right-to-provide.json", _text(merge_documents(parts, public_url=PUBLIC_URL))
    yield Path("asyncapi") / "right-to-provide.json", _text(asyncapi.build_document(public_url=PUBLIC_URL))
    for name, kind in sorted(catalogue().items()):
        yield Path("asyncapi") / f"{name}.json", _text(build_envelope_schema(kind, public_url=PUBLIC_URL))
    yield PUBLISHED, _text(_promised())
    processes = [published(each) for each in Processes().every()]
    yield Path("docs") / "process.md", process_document.document(processes)


async def _openapi(platform: Platform) -> dict[str, Any]:
    documents = {name: await platform.app.upstreams.fetch_json(name, "/openapi.json") for name in NAMES}
    return {**documents, "gateway": platform.app.own.openapi()}


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
