"""The header of a table of grants, and a row below it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rtp_finance_directory.grants.reading.found import MOST_CHARACTERS, TOO_LARGE
from rtp_finance_directory.grants.standard.columns import Column, find_column, unflatten
from rtp_finance_directory.grants.standard.problems import GrantRule, describe_fault
from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.problems import ItemFault, Problem, quote

MOST_COLUMNS = 2000


class Header(NamedTuple):
    """The columns of a table, None for each that is left out."""

    columns: Sequence[Column | None]
    unknown: Sequence[tuple[int, str]]
    """Where the other columns are, and their titles."""

    @classmethod
    def read(cls, titles: Sequence[str]) -> "Header":
        """Find the columns by their titles. Raises Unreadable if they are none of grants."""
        if len(titles) > MOST_COLUMNS:
            raise Unreadable(f"its header has {len(titles)} columns", f"Leave at most {MOST_COLUMNS}")
        columns = [find_column(title.lstrip("\ufeff")) for title in titles]
        if not any(column and column.path == ("id",) for column in columns):
            right = "Begin with a row of the standard's titles: Identifier, Title, Description, Currency and so on"
            raise Unreadable("no column of it has the title Identifier", right)
        unknown = [(at, titles[at].strip()) for at, column in enumerate(columns) if not column and titles[at].strip()]
        return cls(columns, unknown)

    def list_problems(self, row: int) -> Iterator[Problem]:
        """List the columns that say the same thing twice."""
        seen: set[tuple[str | int, ...]] = set()
        for column in filter(None, self.columns):
            if column.path in seen:
                wrong, right = "stands twice in the header", "Leave one of them; the last counts"
                yield Problem(row, column.title, GrantRule.REPEATED, wrong, right)
            seen.add(column.path)

    def read_row(self, row: int, cells: Sequence[str]) -> FoundItem | Problem:
        if sum(map(len, cells)) > MOST_CHARACTERS:
            return TOO_LARGE._replace(row=row)
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            extra = ItemFault((), GrantRule.TOO_MANY_CELLS)
            return describe_fault(row, extra, quote(cells[len(self.columns)]))
        grant, faults = unflatten(self.columns, cells)
        left_out = [title for at, title in self.unknown if at < len(cells) and cells[at].strip()]
        return FoundItem(row, grant, None, faults, left_out)
