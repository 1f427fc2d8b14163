"""A file in batches: as many grants as one transaction stores, with what was wrong between them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from rtp_finance_directory.grants.loading.prepare import PreparedGrant, prepare
from rtp_finance_directory.grants.reading.files import GrantFile
from rtp_finance_directory.grants.reading.found import Unreadable
from rtp_finance_directory.grants.standard.problems import GrantFault, GrantRule, Problem, describe_fault, make_storable
from rtp_finance_directory.grants.standard.rows import GrantRow

MOST_ROWS = 2000
MOST_CHARACTERS = 8 * 2**20
"""Of a batch's documents together: what bounds its memory where grants are large."""
MOST_NAMES = 200
"""Names of fields left out that are counted one by one."""


@dataclass
class Batch:
    """Rows to store in one transaction, none twice, and the problems of those that are not stored."""

    rows: dict[UUID, tuple[GrantRow, int]] = field(default_factory=dict)
    """With the row of the file that each is of."""
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    items: int = 0
    refused: int = 0
    repeated: int = 0
    characters: int = 0
    last: bool = False
    unreadable: bool = False
    """The file could not be read to its end."""

    def add(self, prepared: PreparedGrant) -> None:
        self.items += 1
        self.problems += prepared.problems
        for name in map(make_storable, filter(None, prepared.left_out)):
            if name in self.left_out or len(self.left_out) < MOST_NAMES:
                self.left_out[name[:200]] += 1
        if prepared.row is None:
            self.refused += 1
        else:
            self._add_row(prepared.row, prepared.number)

    def _add_row(self, row: GrantRow, number: int) -> None:
        other = self.rows.get(row.id)
        if other is None:
            self.characters += len(row.document)
        else:
            self.repeated += 1
            self.problems.append(
                describe_fault(number, GrantFault(("id",), GrantRule.REPEATED, row.grant_id), "Identifier (id)")
            )
        if other is None or _is_newer(row.modified_at, other[0].modified_at):
            self.rows[row.id] = row, number

    def count_rows(self) -> Counter[str]:
        """Count the rows, and those that are not stored. The place where a file ends too early is no row."""
        return Counter(
            read=self.items, refused=self.refused, repeated=self.repeated, unreadable=1 if self.unreadable else 0
        )

    @property
    def full(self) -> bool:
        return self.items >= MOST_ROWS or self.characters >= MOST_CHARACTERS


def _is_newer(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def read_batches(file: GrantFile, *, skip: int, fallback: datetime | None) -> Iterator[Batch]:
    """Read and check the file, from behind the first `skip` items. The last batch, which may be empty, says so."""
    items = iter(file)
    batch = Batch()
    try:
        for found in islice(items, skip, None):
            batch.add(prepare(found, fallback))
            if batch.full:
                yield batch
                batch = Batch()
    except Unreadable as error:
        batch.problems.append(error.problem)
        batch.unreadable = True
    batch.last = True
    yield batch
