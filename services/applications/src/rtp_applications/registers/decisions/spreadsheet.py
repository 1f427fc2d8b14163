"""Tables as CSV (RFC 4180), safe to open in a spreadsheet: what people wrote stays text."""

import csv
import io
from collections.abc import Iterable

from rtp_shared.schemas import Output

MEDIA_TYPE = "text/csv"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is calculated, and may send off what stands beside it (OWASP: CSV injection)."""


def to_csv(rows: Iterable[Output], model: type[Output]) -> str:
    """Write one line per row below a line of names. A cell that would be calculated begins with an apostrophe."""
    names = [field.serialization_alias or name for name, field in model.model_fields.items()]
    lines = io.StringIO()
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(names)
    for each in rows:
        row = each.model_dump(mode="json", by_alias=True)
        writer.writerow([format_cell(row[name]) for name in names])
    return lines.getvalue()


def format_cell(value: object) -> str:
    """Return the cell as text; one that would be calculated begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def prefers_csv(accept: str | None) -> bool:
    """Return whether the caller would rather have CSV than JSON (RFC 9110 section 12.5.1)."""
    return _read_quality(accept, "text", "csv") > _read_quality(accept, "application", "json")


def _read_quality(accept: str | None, kind: str, of: str) -> float:
    found = {
        kind.strip().lower(): _read_weight(rest)
        for kind, _, rest in (e.partition(";") for e in (accept or "*/*").split(","))
    }
    return next((found[name] for name in (f"{kind}/{of}", f"{kind}/*", "*/*") if name in found), 0.0)


def _read_weight(parameters: str) -> float:
    for each in parameters.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
