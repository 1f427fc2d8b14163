"""Why a product was found: the texts that hold the words, cut into pieces that say whether they are one of them.

No markup is sent, so that nothing which a text holds can become markup: whoever shows it sets its own marks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal_column

from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.search.criteria import parse_words

BEGIN, END = "\x01", "\x02"
"""Signs that no text of the directory may hold."""
FIELDS = {"name": Product.name, "provider": Product.provider, "conditions": Product.conditions}
OPTIONS = f"StartSel={BEGIN}, StopSel={END}, MaxFragments=3, MaxWords=20, MinWords=5"


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether it is one of the words that were looked for."""

    text: str
    found: bool


def select_highlights(text: str) -> list[ColumnElement[str]]:
    """Return the expressions of the texts with signs around what was found."""
    options = {"conditions": OPTIONS}
    whole = f"StartSel={BEGIN}, StopSel={END}, HighlightAll=true"
    return [
        func.ts_headline(
            literal_column("'english'"), func.translate(column, BEGIN + END, ""), parse_words(text),
            options.get(name, whole),
        ).label(f"highlight_{name}")
        for name, column in FIELDS.items()
    ]  # fmt: skip


def cut_pieces(marked: str) -> list[Piece]:
    """Cut a text at its signs; the pieces together are the text without them."""
    return list(_cut(marked))


def _cut(marked: str) -> Iterator[Piece]:
    first, *others = marked.split(BEGIN)
    if first:
        yield Piece(first, found=False)
    for other in others:
        word, _, after = other.partition(END)
        yield Piece(word, found=True)
        if after:
            yield Piece(after, found=False)
