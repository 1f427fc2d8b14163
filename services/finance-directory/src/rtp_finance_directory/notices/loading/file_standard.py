"""Files of notices, as the loader has to know them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rtp_finance_directory.loading.batches import Batch, PreparedItem
from rtp_finance_directory.loading.file_standard import Stored
from rtp_finance_directory.loading.files import FileFacts
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.problems import Problem
from rtp_finance_directory.notices.loading.prepare import ReleaseRow, prepare
from rtp_finance_directory.notices.loading.store import describe_release, store_releases
from rtp_finance_directory.notices.reading.files import NoticeFile, find_next_page, inspect_file
from rtp_finance_directory.notices.standard.problems import ReleaseRule


class NoticeStandard:
    """Files in the Open Contracting Data Standard: packages of releases or of records, and JSON lines."""

    items = "releases"
    suffixes: Sequence[str] = tuple(
        f".{kind}{packed}" for kind in ("json", "jsonl", "ndjson") for packed in ("", ".gz")
    )
    most_rows = 500
    loads = "notice_loads"
    problems = "notice_problems"
    outcomes: Mapping[str, str] = MappingProxyType(
        {
            "made": "new",
            "changed": "replaced one of an earlier date with the same id",
            "unchanged": "as stored already",
            "older": "of an earlier date than what is stored under the same id, and left",
            "said_otherwise": "different from what is stored under the same id and date, so left",
            "repeated": "that stand in the file twice",
            "refused": "not as the standard has it, and left out",
        }
    )

    def inspect(self, path: Path) -> FileFacts:
        return inspect_file(path)

    def open(self, facts: FileFacts) -> NoticeFile:
        return NoticeFile(facts)

    def find_next(self, facts: FileFacts) -> str | None:
        return find_next_page(facts)

    def prepare(self, found: FoundItem | Problem, fallback: datetime | None) -> PreparedItem[ReleaseRow]:
        """Check what was found. Every release says its date: there is no other."""
        del fallback
        return prepare(found)

    def describe_repeated(self, number: int, row: ReleaseRow) -> Problem:
        return describe_release(ReleaseRule.REPEATED, number, row.release_id)

    async def store(self, driver: Any, batch: Batch[ReleaseRow]) -> Stored:
        return await store_releases(driver, batch)


NOTICES = NoticeStandard()
