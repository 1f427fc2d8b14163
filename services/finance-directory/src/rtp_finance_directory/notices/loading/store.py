"""Stores releases, and compiles the processes that they are of, in the same transaction."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from rtp_finance_directory.loading.batches import Batch
from rtp_finance_directory.loading.file_standard import Stored
from rtp_finance_directory.loading.merging import build_merging, merge_rows
from rtp_finance_directory.loading.problems import ItemFault, Problem
from rtp_finance_directory.notices.contracts import ContractRow
from rtp_finance_directory.notices.loading.compiling import CannotBeMerged, DatedRelease, compile_releases
from rtp_finance_directory.notices.loading.prepare import ReleaseRow
from rtp_finance_directory.notices.process import NoticeProcess, NoticeRow, describe_process
from rtp_finance_directory.notices.standard.problems import ReleaseRule, describe_fault

_MERGING = build_merging("notice_releases", ReleaseRow._fields, said="release_id")
_TURN = "SELECT pg_advisory_xact_lock(hashtext('rtp_finance_directory.notices'))"
"""Loads take turns batch by batch: else each would compile without the releases of the other."""
_READ = "SELECT ocid, modified_at, document FROM notice_releases WHERE ocid = ANY($1)"
_DIGESTS = "SELECT ocid, digest FROM notices WHERE ocid = ANY($1)"
_WRITE = f"""
    INSERT INTO notices AS stored (version, {", ".join(NoticeRow._fields)})
    VALUES (1, {", ".join(f"${place}" for place in range(1, len(NoticeRow._fields) + 1))})
    ON CONFLICT (ocid) DO UPDATE SET version = stored.version + 1,
        {", ".join(f"{name} = excluded.{name}" for name in NoticeRow._fields[1:])}
"""  # noqa: S608 - names of our own columns


def describe_release(rule: ReleaseRule, number: int, release_id: str) -> Problem:
    return describe_fault(number, ItemFault(("id",), rule, release_id))


async def store_releases(driver: Any, batch: Batch[ReleaseRow]) -> Stored:
    """Store the releases of a batch and compile their processes anew; what says the same stays as it is."""
    await driver.execute(_TURN)
    stored, _ = await merge_rows(driver, _MERGING, batch, partial(describe_release, ReleaseRule.SAID_OTHERWISE))
    numbers = {row.ocid: number for row, number in batch.rows.values()}
    processes, faults = await _compile(driver, list(numbers))
    await _write(driver, processes)
    problems = [describe_fault(numbers[ocid], fault) for ocid, fault in faults.items()]
    return Stored(stored.counts, [*stored.problems, *problems])


async def _compile(driver: Any, ocids: Sequence[str]) -> tuple[list[NoticeProcess], dict[str, ItemFault]]:
    releases: dict[str, list[DatedRelease]] = {}
    for row in await driver.fetch(_READ, ocids):
        releases.setdefault(row["ocid"], []).append(DatedRelease(row["modified_at"], _read_document(row["document"])))
    processes, faults = [], {}
    for ocid, every in releases.items():
        try:
            processes.append(describe_process(compile_releases(every), [each.at for each in every]))
        except CannotBeMerged as error:
            faults[ocid] = ItemFault((), ReleaseRule.CANNOT_BE_MERGED, error)
    return processes, faults


def _read_document(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


async def _write(driver: Any, processes: Sequence[NoticeProcess]) -> None:
    before = dict(await driver.fetch(_DIGESTS, [each.notice.ocid for each in processes]))
    changed = [each for each in processes if before.get(each.notice.ocid) != each.notice.digest]
    if not changed:
        return
    await driver.executemany(_WRITE, [each.notice for each in changed])
    await driver.execute("DELETE FROM notice_contracts WHERE ocid = ANY($1)", [each.notice.ocid for each in changed])
    contracts = [contract for each in changed for contract in each.contracts]
    if contracts:
        await driver.copy_records_to_table("notice_contracts", records=contracts, columns=list(ContractRow._fields))
