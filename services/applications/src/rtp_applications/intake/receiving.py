"""A file of cases that is being sent: what it is, and its rows in batches. It is never whole in memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from rtp_applications.documents.media_types import UNSAID
from rtp_applications.documents.uploads import IncomingBody
from rtp_applications.intake.errors import NotAFileOfCases
from rtp_applications.intake.living import find_wrong_columns
from rtp_applications.intake.models import FileFormat
from rtp_applications.intake.splitting import FileRow, Splitter, read_cells
from rtp_shared.problems import MOST_ERRORS, FieldError, Unsupported

MEDIA_TYPES = {
    "application/x-ndjson": FileFormat.NDJSON,
    "application/jsonl": FileFormat.NDJSON,
    "text/csv": FileFormat.CSV,
}
LIMIT = 67_108_864
"""Bytes of a file."""
BATCH = 500


def find_format(upload: IncomingBody, said: FileFormat | None) -> FileFormat:
    """Return the format of a file, by its media type or as the caller says; refuse any other, and what is packed."""
    if upload.encoding not in ("", "identity"):
        reason = "is not taken: send the file as it is, not packed"
        raise Unsupported(reason, errors=[FieldError("Content-Encoding", reason, "header")])
    media_type, _, parameters = upload.media_type.lower().partition(";")
    if "charset=" in parameters.replace(" ", "") and "utf-8" not in parameters and "us-ascii" not in parameters:
        raise Unsupported("send UTF-8", errors=[FieldError("Content-Type", "is not UTF-8", "header")])
    by_type = MEDIA_TYPES.get(media_type.strip())
    if by_type is None and media_type.strip() != UNSAID:
        raise Unsupported(
            f"send {' or '.join(MEDIA_TYPES)}", errors=[FieldError("Content-Type", "is neither", "header")]
        )
    found = said or by_type
    if found is None or (by_type or found) is not found:
        reason = f"send a file of {UNSAID} with format=ndjson or format=csv, or the media type alone"
        raise Unsupported(reason, errors=[FieldError("format", "does not say what the file is", "query")])
    return found


class IncomingFile:
    """A file of cases as it comes. `columns` are there once the first batch is."""

    def __init__(self, upload: IncomingBody, format_: FileFormat) -> None:
        self._upload = upload
        self._format = format_
        self.columns: Sequence[str] = []
        self.rows = 0

    async def read_batches(self) -> AsyncGenerator[list[FileRow], None]:
        """Yield the rows of the file, some at a time; raise NotAFileOfCases if it is none."""
        splitter, batch, headed = Splitter(self._format), list[FileRow](), self._format is FileFormat.NDJSON
        async for part in self._split(splitter):
            for row in part:
                if not headed:
                    self.columns, headed = _read_columns(row), True
                else:
                    batch.append(row)
            while len(batch) >= BATCH:
                self.rows += BATCH
                yield batch[:BATCH]
                del batch[:BATCH]
        if not self.rows and not batch:
            raise NotAFileOfCases(errors=[FieldError("", "has no rows")])
        self.rows += len(batch)
        if batch:
            yield batch

    async def _split(self, splitter: Splitter) -> AsyncIterator[list[FileRow]]:
        async for part in self._upload.chunks(limit=LIMIT):
            yield list(splitter.feed(part))
        yield list(splitter.end())


def _read_columns(row: FileRow) -> list[str]:
    if row.fault:
        raise NotAFileOfCases(errors=[FieldError("", f"the row with the names of the columns {row.fault}")])
    try:
        names = [name.strip() for name in read_cells(row.content)]
    except ValueError:
        raise NotAFileOfCases(errors=[FieldError("", "its first row is no row of CSV")]) from None
    if errors := list(find_wrong_columns(names)):
        raise NotAFileOfCases(errors=errors[:MOST_ERRORS])
    return names
