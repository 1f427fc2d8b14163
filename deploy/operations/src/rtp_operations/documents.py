"""Writes the generated documents, or checks that they are in date: `python -m rtp_operations.documents [--check]`.

Does neither where an event's contract takes back what was published (asyncapi/published.json says what that is), an
event has no example, or the gateway forwards a path to nobody.
Those that only repeat what others say (one OpenAPI document a service, one JSON Schema an event) are written too, into
build/, which is not committed.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rtp_applications.processes.views import show_process
from rtp_applications.workflow.processes import Processes
from rtp_gateway.inbound.portal import asyncapi, problems
from rtp_gateway.inbound.portal.envelopes import build_envelope_schema
from rtp_gateway.inbound.portal.openapi import merge_documents
from rtp_operations import class_list, growth, law_document, process_document, settings_tables
from rtp_operations.openapi import PUBLIC_URL, Document, describe_services, find_unrouted
from rtp_shared import contracts
from rtp_shared.contracts.base import catalogue
from rtp_shared.pipes import run_command

PROBLEM_TYPES = Path(problems.__file__).with_name("problem_types.json")
PUBLISHED = Path("asyncapi") / "published.json"
BUILD = Path("build")
EXAMPLES = Path(contracts.__file__).parent / "examples"
GLOSSARY = Path("docs") / "glossary.md"
OPERATIONS = Path("docs") / "operations.md"


def main() -> int:
    if broken := [*find_unrouted(), *_find_missing_examples()] or _find_broken_promises():
        for sentence in broken:
            sys.stderr.write(f"{sentence}\n")
        return 1
    parts = asyncio.run(describe_services())
    committed = dict(_write_committed(parts))
    stale = [path for path, text in committed.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path} is out of date: run `make docs`\n")
        return 1 if stale else 0
    for path, text in (committed | dict(_write_repeated(parts))).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(
        f"{len(stale)} documents written, the others were in date; those of single services and events are in {BUILD}/"
    )
    return 0


def _find_missing_examples() -> Iterator[str]:
    """Yield what to do for each event without an example, which the documents show."""
    for name, kind in sorted(catalogue().items()):
        if not (EXAMPLES / f"{name}.json").exists():
            yield (
                f"{kind.__name__} has no example: write {name}.json beside the others in {EXAMPLES}, "
                "a whole CloudEvent with every field of its data (docs/adding-an-event.md, step 3)"
            )


def _find_broken_promises() -> list[str]:
    """Return why the contracts may not be published as they are: they take back what was published before."""
    if not PUBLISHED.exists():
        return [f"{PUBLISHED} is missing: fetch it from the history of the repository, it is nowhere else"]
    return growth.find_breaks(json.loads(PUBLISHED.read_text()), _list_promises())


def _list_promises() -> growth.PublishedRecord:
    return growth.list_promises(catalogue(), asyncapi.build_document(public_url=PUBLIC_URL))


def _write_committed(parts: Mapping[str, Document]) -> Iterator[tuple[Path, str]]:
    """Yield the text of each document that is committed, with its path from the top of the repository."""
    yield Path("openapi") / "right-to-provide.json", _to_json(merge_documents(parts, public_url=PUBLIC_URL))
    yield Path("asyncapi") / "right-to-provide.json", _to_json(asyncapi.build_document(public_url=PUBLIC_URL))
    yield PUBLISHED, _to_json(_list_promises())
    yield PROBLEM_TYPES, _to_json(problems.list_problem_types())
    processes = [show_process(each) for each in Processes().list_all()]
    yield Path("docs") / "process.md", process_document.document(processes)
    yield Path("docs") / "law.md", law_document.document(processes)
    yield OPERATIONS, settings_tables.with_tables(OPERATIONS.read_text())
    yield GLOSSARY, class_list.with_class_list(GLOSSARY.read_text() if GLOSSARY.exists() else "")


def _write_repeated(parts: Mapping[str, Document]) -> Iterator[tuple[Path, str]]:
    """Yield the text of each document that is only built: of single services, and of single events."""
    for name, part in parts.items():
        yield BUILD / "openapi" / f"{name}.json", _to_json(part)
    for name, kind in sorted(catalogue().items()):
        yield BUILD / "asyncapi" / f"{name}.json", _to_json(build_envelope_schema(kind, public_url=PUBLIC_URL))


def _to_json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    run_command(main)
