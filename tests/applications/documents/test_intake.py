"""Taking in a content: kept and stamped, or refused with nothing left behind."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from rtp_applications.documents import content, packages
from rtp_applications.documents.errors import (
    ActiveContent,
    EmptyContent,
    IncompleteContent,
    NotWhatItSays,
    TextNotUtf8,
    TypeNotAccepted,
)
from rtp_applications.documents.intake import receive
from rtp_applications.documents.media_types import CSV, JPEG, PDF, PNG, TEXT
from rtp_applications.documents.storage import Storage
from rtp_shared.problems import Refusal
from tests.applications.documents.test_storage import whole
from tests.support.contents import GOOD, office_open

pytestmark = pytest.mark.anyio


async def pieces(document: bytes, by: int = 7) -> AsyncIterator[bytes]:
    for position in range(0, len(document), by):
        yield document[position : position + by]


async def stored(storage: Storage) -> list[uuid.UUID]:
    return [key async for key in storage.list_keys(datetime.now(UTC) + timedelta(days=1))]


@pytest.mark.parametrize("media_type", GOOD)
async def test_a_document_is_kept_and_stamped(storage: Storage, media_type: str) -> None:
    document, key = GOOD[media_type], uuid.uuid4()
    received = await receive(storage, key, pieces(document), declared=media_type)
    assert received == (len(document), hashlib.sha256(document).hexdigest(), media_type)
    assert await whole(storage.read(key)) == document


async def test_text_may_be_said_to_be_csv(storage: Storage) -> None:
    received = await receive(storage, uuid.uuid4(), pieces(b"a,b\n"), declared=f"{CSV}; charset=utf-8")
    assert received.media_type == CSV


@pytest.mark.parametrize(
    ("declared", "document", "refusal"),
    [
        (PDF, b"MZ" + bytes(100_000), NotWhatItSays),
        (PDF, b"%PD", NotWhatItSays),
        (TEXT, b"x" * 100_000 + b"\0", TextNotUtf8),
        (CSV, "Name;Kosten\r\nGrüße;5\r\n".encode("cp1252"), TextNotUtf8),
        (CSV, "Name\tCost\r\n".encode("utf-16") * 100, TextNotUtf8),
        (PDF, b"%PDF-1.4", IncompleteContent),
        (PDF, GOOD[PDF][: len(GOOD[PDF]) // 2], IncompleteContent),
        (PNG, GOOD[PNG][:30], IncompleteContent),
        (JPEG, GOOD[JPEG][:-2], IncompleteContent),
        (packages.DOCX, GOOD[packages.DOCX][:-30], IncompleteContent),
        (PNG, GOOD[JPEG], NotWhatItSays),
        (packages.DOCX, GOOD[packages.XLSX], NotWhatItSays),
        (
            packages.DOCX,
            office_open(packages.DOCX, "application/vnd.ms-office.vbaProject"),
            ActiveContent,
        ),
        (TEXT, b"", EmptyContent),
        ("text/html", b"<p>", TypeNotAccepted),
    ],
)
async def test_a_refused_document_leaves_nothing(
    storage: Storage, declared: str, document: bytes, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal) as refused:
        await receive(storage, uuid.uuid4(), pieces(document, 1000), declared=declared)
    assert refused.value.errors
    assert await stored(storage) == []


async def test_what_was_submitted_before_is_taken_though_it_is_cut_short(storage: Storage) -> None:
    half = GOOD[PDF][:40]
    received = await receive(storage, uuid.uuid4(), pieces(half), declared=PDF, settled=True)
    assert (received.size, received.media_type) == (40, PDF)
    for other in (half, GOOD[packages.DOCX][:-30]):
        with pytest.raises(NotWhatItSays):
            await receive(storage, uuid.uuid4(), pieces(other), declared=PNG, settled=True)


async def test_what_cannot_be_of_its_type_is_not_received(storage: Storage) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"MZ"
        yield bytes(content.HEAD)
        pytest.fail("read on")

    with pytest.raises(NotWhatItSays):
        await receive(storage, uuid.uuid4(), endless(), declared=PDF)


async def test_a_sender_that_goes_away_leaves_nothing(storage: Storage) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n" + bytes(100_000)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await receive(storage, uuid.uuid4(), half(), declared=PDF)
    assert await stored(storage) == []
    assert await storage.remove_partial_uploads(datetime.now(UTC) + timedelta(days=1)) == 0
