"""From what stands in a file to the row of a release, or to what is wrong with it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import PydanticSerializationError, to_json

from rtp_finance_directory.loading.batches import PreparedItem
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.problems import ItemFault, Problem
from rtp_finance_directory.loading.texts import find_unfit, parse_time
from rtp_finance_directory.notices.standard.amounts import find_wrong_amounts
from rtp_finance_directory.notices.standard.checks import build_check
from rtp_finance_directory.notices.standard.persons import take_out_persons
from rtp_finance_directory.notices.standard.problems import REMARKS, ReleaseRule, describe_fault

LONGEST = 300
"""Characters of an identifier: what an index takes is not much more."""


class ReleaseRow(NamedTuple):
    """The columns of a release, in the order in which they are copied."""

    id: uuid.UUID
    ocid: str
    release_id: str
    modified_at: datetime
    document: str


def make_release_row_id(ocid: str, release_id: str) -> uuid.UUID:
    """Return our id of the release: the same wherever it is loaded."""
    return uuid.UUID(bytes=sha256(f"{ocid}\n{release_id}".encode()).digest()[:16], version=5)


def prepare(found: FoundItem | Problem) -> PreparedItem[ReleaseRow]:
    """Check what was found against the standard, and take out what names persons."""
    if isinstance(found, Problem):
        return PreparedItem(found.row, None, [found], ())
    try:
        return _prepare_release(found)
    except (RecursionError, PydanticSerializationError):
        return PreparedItem(found.row, None, _describe(found, [ItemFault((), ReleaseRule.TOO_DEEP)]), ())


def _prepare_release(found: FoundItem) -> PreparedItem[ReleaseRow]:
    release: Any = found.item
    every = list(build_check()(release))
    faults = [each for each in every if each.rule not in REMARKS]
    if not faults:
        faults = [*_find_wrong_identifiers(release), *find_wrong_amounts(release)]
    if not faults and (unfit := find_unfit(release)) is not None:
        faults = [ItemFault(unfit, ReleaseRule.UNFIT_TEXT)]
    if faults:
        return PreparedItem(found.row, None, _describe(found, faults), ())
    left_out = take_out_persons(release)
    return PreparedItem(found.row, _make_row(release), _describe(found, every), sorted(set(left_out)))


def _describe(found: FoundItem, faults: Sequence[ItemFault]) -> list[Problem]:
    return [describe_fault(found.row, fault, inside=found.name) for fault in faults]


def _find_wrong_identifiers(release: dict[str, Any]) -> list[ItemFault]:
    wanted = f"It has between 1 and {LONGEST} characters, and no blanks around them"
    return [
        ItemFault((name,), ReleaseRule.NOT_AS_WRITTEN, release[name], wanted)
        for name in ("ocid", "id")
        if not 0 < len(release[name]) <= LONGEST or release[name] != release[name].strip()
    ]


def _make_row(release: dict[str, Any]) -> ReleaseRow:
    released_at = parse_time(release["date"])
    assert released_at is not None  # noqa: S101 - the check of the schema has said so
    return ReleaseRow(
        id=make_release_row_id(release["ocid"], release["id"]),
        ocid=release["ocid"],
        release_id=release["id"],
        modified_at=released_at,
        document=to_json(release).decode(),
    )
