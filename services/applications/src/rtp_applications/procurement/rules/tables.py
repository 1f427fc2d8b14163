"""Dated tables of the law, shipped as JSON beside the rules: texts, lists of codes, and threshold amounts.

Each table names the text that it was taken down from, with the text's date and the commit of the public repository that
holds it, and the SHA-256 of its own rows: a row cannot change unnoticed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rtp_applications.procurement.rules.codes import CodeRange, CpvCode
from rtp_applications.procurement.rules.truth import Truth


@dataclass(frozen=True, slots=True)
class LegalText:
    """A text of law as it was read: which one, of which day, from which file."""

    key: str
    title: str
    date: date
    path: str
    commit: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ListedCode:
    """An entry of a list of codes: one code, or all from one to another."""

    codes: CodeRange
    service: str
    reservable: bool = False
    extent: str | None = None
    """Where the text lists it only to an extent: that."""


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """The answer to whether a list has a code, with the entry that says so and the reason."""

    listed: Truth
    because: str
    entry: ListedCode | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """Services that a text specifies by their codes."""

    name: str
    text: str
    place: str
    covers_below: bool
    """Whether a listed code stands for all below it. Where the text lists those one by one, it does not."""
    entries: Sequence[ListedCode]

    def find(self, code: CpvCode) -> CodeMatch:
        """Return whether the code is listed. None for one that is not, and stands above or below one that is."""
        named = next((each for each in self.entries if each.codes.includes(code)), None)
        if named:
            return CodeMatch(True, f"{code} is listed: {named.service}", named)
        # Of a range, only the last code stands for what is below it: all else that it has, it has by number.
        ends = [(each.codes.last, each) for each in self.entries if each.codes.last.covers(code)]
        above = max(ends, key=_measure, default=None)
        if above and self.covers_below:
            return CodeMatch(True, f"{code} stands below {above[0]}, which is listed: {above[1].service}", above[1])
        if above:
            return CodeMatch(None, f"{code} is not listed, and stands below {above[0]}, which is", above[1])
        below = next((each.codes.first for each in self.entries if code.covers(each.codes.first)), None)
        if below:
            return CodeMatch(None, f"{code} is not listed, and is wider than {below}, which is")
        return CodeMatch(False, f"{code} is not listed")


def _measure(found: tuple[CpvCode, ListedCode]) -> int:
    return len(found[0].stem)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Threshold amounts in pence, VAT counted in, for procurements that commence in a period."""

    regime: str
    since: date
    until: date | None
    text: str
    place: str
    light_touch: int
    concession: int
    light_touch_concession: int
    central: int
    sub_central: int


def read_table(name: str) -> Mapping[str, Any]:
    """Return a table as it is shipped; raise ValueError if its rows are not those that were taken down."""
    stored = files("rtp_applications") / "procurement" / "tables" / f"{name}.json"
    table: Mapping[str, Any] = json.loads(stored.read_text("utf-8"))
    if table["sha256"] != hash_rows(table["rows"]):
        raise ValueError(f"the rows of {name} are not those whose hash stands above them")
    return table


def hash_rows(rows: Sequence[Any]) -> str:
    """Return the SHA-256 of rows, in JSON without blanks."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@cache
def get_texts() -> Mapping[str, LegalText]:
    rows = read_table("texts")["rows"]
    return {row["key"]: LegalText(**{**row, "date": date.fromisoformat(row["date"])}) for row in rows}


@cache
def get_code_list(name: str) -> CodeList:
    table = read_table(name)
    entries = tuple(map(_read_entry, table["rows"]))
    return CodeList(table["name"], table["text"], table["place"], table["coversBelow"], entries)


@lru_cache(maxsize=4096)
def match_code(name: str, code: CpvCode) -> CodeMatch:
    """Return whether the list of that name has the code; remembered, because the tables never change."""
    return get_code_list(name).find(code)


def _read_entry(row: Mapping[str, Any]) -> ListedCode:
    first, last = CpvCode.parse(row["code"]), CpvCode.parse(row.get("to", row["code"]))
    return ListedCode(CodeRange(first, last), row["service"], row.get("reservable", False), row.get("extent"))


@cache
def get_thresholds() -> Sequence[Thresholds]:
    return tuple(map(_read_thresholds, read_table("thresholds")["rows"]))


def _read_thresholds(row: Mapping[str, Any]) -> Thresholds:
    return Thresholds(
        regime=row["regime"],
        since=date.fromisoformat(row["from"]),
        until=row["until"] and date.fromisoformat(row["until"]),
        text=row["text"],
        place=row["place"],
        light_touch=row["lightTouch"],
        concession=row["concession"],
        light_touch_concession=row["lightTouchConcession"],
        central=row["central"],
        sub_central=row["subCentral"],
    )


READ_FROM, READ_UNTIL = date(2022, 1, 1), date(2027, 12, 31)
"""Days of which the law was read: amounts change on 1 January of every second year, and those of 2028 are not known."""


def find_thresholds(day: date) -> Thresholds | None:
    """Return the amounts for a procurement that commences on the day; None for a day outside those that were read."""
    if not READ_FROM <= day <= READ_UNTIL:
        return None
    held = (each for each in get_thresholds() if each.since <= day and (each.until is None or day <= each.until))
    return next(held, None)


CODE_LISTS = ("light-touch", "provider-selection", "regulation-77", "social-services-2015")


def search_codes(words: str) -> Sequence[tuple[CodeList, ListedCode]]:
    """Return the listed codes whose service has all the words, or whose digits begin with those given."""
    wanted = words.casefold().split()
    return [
        (table, each)
        for table in map(get_code_list, CODE_LISTS)
        for each in table.entries
        if all(word in each.service.casefold() or str(each.codes.first).startswith(word) for word in wanted)
    ]
