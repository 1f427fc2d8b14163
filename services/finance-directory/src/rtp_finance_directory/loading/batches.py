"""A file in batches: as many items as one transaction stores, with what was wrong between them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.problems import Problem, make_storable

MOST_CHARACTERS = 8 * 2**20
"""Of a batch's documents together: what bounds its memory where items are large."""
MOST_NAMES = 200
"""Names of fields left out that are counted one by one."""


class Row(Protocol):
    """An item that passed the checks, as its table holds it."""

    @property
    def id(self) -> UUID: ...

    @property
    def document(self) -> str: ...

    @property
    def modified_at(self) -> datetime | None: ...


R = TypeVar("R", bound=Row)


class PreparedItem(NamedTuple, Generic[R]):
    """An item that is ready to be stored; no row if anything is wrong with it."""

    number: int
    row: R | None
    problems: Sequence[Problem]
    left_out: Sequence[str]


DescribeRepeated = Callable[[int, R], Problem]
"""Say that the item of a row has the identifier of an earlier one."""


@dataclass
class Batch(Generic[R]):
    """Rows to store in one transaction, none twice, and the problems of those that are not stored."""

    describe_repeated: DescribeRepeated[R]
    rows: dict[UUID, tuple[R, int]] = field(default_factory=dict)
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

    def add(self, prepared: PreparedItem[R]) -> None:
        self.items += 1
        self.problems += prepared.problems
        for name in map(make_storable, filter(None, prepared.left_out)):
            if name in self.left_out or len(self.left_out) < MOST_NAMES:
                self.left_out[name[:200]] += 1
        if prepared.row is None:
            self.refused += 1
        else:
            self._add_row(prepared.row, prepared.number)

    def _add_row(self, row: R, number: int) -> None:
        other = self.rows.get(row.id)
        if other is None:
            self.characters += len(row.document)
        else:
            self.repeated += 1
            self.problems.append(self.describe_repeated(number, row))
        if other is None or _is_newer(row.modified_at, other[0].modified_at):
            self.rows[row.id] = row, number

    def count_rows(self) -> Counter[str]:
        """Count the rows, and those that are not stored. The place where a file ends too early is no row."""
        return Counter(
            read=self.items, refused=self.refused, repeated=self.repeated, unreadable=1 if self.unreadable else 0
        )

    def is_full(self, most_rows: int) -> bool:
        return self.items >= most_rows or self.characters >= MOST_CHARACTERS


def _is_newer(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def read_batches(
    file: Iterable[FoundItem | Problem],
    prepare: Callable[[FoundItem | Problem], PreparedItem[R]],
    *,
    skip: int,
    most_rows: int,
    describe_repeated: DescribeRepeated[R],
) -> Iterator[Batch[R]]:
    """Read and check the file, from behind the first `skip` items. The last batch, which may be empty, says so."""
    items = iter(file)
    batch = Batch(describe_repeated)
    try:
        for found in islice(items, skip, None):
            batch.add(prepare(found))
            if batch.is_full(most_rows):
                yield batch
                batch = Batch(describe_repeated)
    except Unreadable as error:
        batch.problems.append(error.problem)
        batch.unreadable = True
    batch.last = True
    yield batch
