"""Notices that count no more: corrected, or of a procurement or a step that is over. They stay on file."""

from collections.abc import Container
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_shared.schemas import Line


class FormerBecause(StrEnum):
    """Why a notice counts no more."""

    CORRECTED = "corrected"
    ENDED = "procurement-ended"
    REPEATED = "step-repeated"


class FormerNotice(Notice):
    """A published notice that counts no more."""

    KIND: ClassVar[str] = "former-notice"
    KEY: ClassVar[str | None] = "place"

    place: Line = Field(description="Its kind with its number among the former ones of that kind", examples=["UK4-1"])
    because: FormerBecause


def set_aside(snapshot: CaseSnapshot, kinds: Container[str], because: FormerBecause) -> CaseSnapshot:
    """Return the case with its notices of these kinds among the former ones."""
    found = [each for each in snapshot.records.values() if each.kind == Notice.KIND and each.key in kinds]
    for record in found:
        snapshot = keep_former(snapshot.without({(record.kind, record.key)}), record, because)
    return snapshot


def keep_former(snapshot: CaseSnapshot, record: SignedRecord, because: FormerBecause) -> CaseSnapshot:
    """Return the case with this notice among the former ones, as it was signed."""
    earlier = [each for each, _ in snapshot.list_payloads(FormerNotice) if each.kind == record.key]
    place = f"{NoticeKind(record.key)}-{len(earlier) + 1}"
    content = {**record.content, "place": place, "because": because}
    return snapshot.with_record(SignedRecord(FormerNotice.KIND, place, content, record.signed, record.audience))
