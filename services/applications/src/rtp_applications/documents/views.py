"""A document as its reader sees it."""

from collections.abc import Sequence

from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.schemas import DocumentLine, DocumentView, VersionView


def build_line(document: Document, newest: DocumentVersion | None) -> DocumentLine:
    view = DocumentLine.model_validate(document)
    view.newest = VersionView.model_validate(newest) if newest else None
    return view


def build_view(document: Document, versions: Sequence[DocumentVersion], *, case_version: int) -> DocumentView:
    """Return the document with its versions, the newest first."""
    shown = DocumentView.model_validate(document)
    shown.case_version = case_version
    shown.versions = [VersionView.model_validate(each) for each in versions]
    shown.newest = shown.versions[0] if shown.versions else None
    return shown
