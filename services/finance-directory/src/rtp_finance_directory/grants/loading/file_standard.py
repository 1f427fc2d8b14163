"""Files of grants, as the loader has to know them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rtp_finance_directory.grants.loading.prepare import prepare
from rtp_finance_directory.grants.reading.files import GrantFile, inspect_file
from rtp_finance_directory.grants.standard.problems import GrantRule, describe_fault
from rtp_finance_directory.grants.standard.rows import GrantRow
from rtp_finance_directory.loading.batches import Batch, PreparedItem
from rtp_finance_directory.loading.file_standard import Stored
from rtp_finance_directory.loading.files import FileFacts
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.merging import build_merging, merge_rows
from rtp_finance_directory.loading.problems import ItemFault, Problem

_MERGING = build_merging("grants", GrantRow._fields, said="grant_id")


class GrantStandard:
    """Files in the 360Giving Data Standard: JSON, CSV and XLSX."""

    items = "grants"
    suffixes: Sequence[str] = (".json", ".csv", ".xlsx", ".json.gz", ".csv.gz")
    most_rows = 2000
    loads = "grant_loads"
    problems = "grant_problems"
    outcomes: Mapping[str, str] = MappingProxyType(
        {
            "made": "new",
            "changed": "replaced an older one",
            "unchanged": "as stored already",
            "older": "older than what is stored, and left",
            "said_otherwise": "different from what is stored, and not newer, so left",
            "repeated": "with the identifier of an earlier row",
            "refused": "not as the standard has it, and left out",
        }
    )

    def inspect(self, path: Path) -> FileFacts:
        return inspect_file(path)

    def open(self, facts: FileFacts) -> GrantFile:
        return GrantFile(facts)

    def find_next(self, facts: FileFacts) -> str | None:
        """A package of the standard is whole: it names no other."""
        del facts
        return None

    def prepare(self, found: FoundItem | Problem, fallback: datetime | None) -> PreparedItem[GrantRow]:
        return prepare(found, fallback)

    def describe_repeated(self, number: int, row: GrantRow) -> Problem:
        return _describe(GrantRule.REPEATED, number, row.grant_id)

    async def store(self, driver: Any, batch: Batch[GrantRow]) -> Stored:
        stored, _ = await merge_rows(driver, _MERGING, batch, partial(_describe, GrantRule.SAID_OTHERWISE))
        if stored.counts["made"] or stored.counts["changed"]:
            await driver.execute("UPDATE grant_clock SET position = position + 1")
        return stored


def _describe(rule: GrantRule, number: int, grant_id: str) -> Problem:
    return describe_fault(number, ItemFault(("id",), rule, grant_id), "Identifier (id)")


GRANTS = GrantStandard()
