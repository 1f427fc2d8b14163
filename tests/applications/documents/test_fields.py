"""Fields and links of Office documents that start other programs."""

import io

import pytest

from rtp_applications.documents import content
from rtp_applications.documents.errors import ActiveContent, IncompleteContent, TooMuchInside
from rtp_applications.documents.packages import DOCX, LOOKED_THROUGH, ODP, ODS, ODT, XLSX
from tests.support.contents import office_open, open_document

BEGIN, SEPARATE, END = (f'<w:fldChar w:fldCharType="{each}"/>' for each in ("begin", "separate", "end"))


def text(body: str, encoding: str = "utf-8", part: str = "word/document.xml") -> bytes:
    return office_open(DOCX, members={part: f"<w:document>{body}</w:document>".encode(encoding)})


def instruction(*pieces: str) -> str:
    return "".join(f'<w:r><w:instrText xml:space="preserve">{each}</w:instrText></w:r>' for each in pieces)


def links(inside: str) -> bytes:
    return office_open(
        XLSX, members={"xl/externalLinks/externalLink1.xml": f"<externalLink>{inside}</externalLink>".encode()}
    )


DDE = [
    (DOCX, text(BEGIN + instruction(' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"') + SEPARATE + END)),
    (DOCX, text(BEGIN + instruction("D", "DE", "AUTO", " cmd") + END)),
    (DOCX, text(BEGIN + instruction("&#68;DE cmd") + END)),
    (DOCX, text(BEGIN + instruction("<![CDATA[dde]]> cmd") + END)),
    (DOCX, text(BEGIN + instruction(" IF ") + BEGIN + instruction("DDE cmd") + END + END)),
    (DOCX, text("<w:fldSimple w:instr=' DDE cmd'/>")),
    (DOCX, text('<w:fldSimple w:instr="DDEAUTO cmd"/>', part="word/header2.xml")),
    (DOCX, text("<w:t>x</w:t>" * 20_000 + BEGIN + instruction("DDEAUTO cmd") + END)),
    (DOCX, text(BEGIN + instruction("DDE cmd") + END, "utf-16")),
    (XLSX, links('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>')),
    (XLSX, links('<x:ddeLink ddeService="cmd" ddeTopic="/c calc"/>')),
    (ODT, open_document(ODT, content=b'<text:dde-connection-decl office:dde-application="soffice"/>')),
    (ODP, open_document(ODP, content=b'<office:dde-source office:dde-application="soffice"/>')),
    (ODS, open_document(ODS, content=b"<table:dde-links><table:dde-link/></table:dde-links>")),
    (ODS, open_document(ODS, content=b'<c table:formula="of:=IF(\'a\'.A1;DDE(&quot;cmd&quot;;&quot;x&quot;))"/>')),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "document"), DDE)
def test_fields_that_start_programs_are_refused(kind: str, document: bytes) -> None:
    with pytest.raises(ActiveContent) as refused:
        content.detect(io.BytesIO(document), kind)
    assert "DDE" in refused.value.errors[0].reason


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (DOCX, text(BEGIN + instruction(" PAGE ") + SEPARATE + "<w:t>DDE 1</w:t>" + END)),
        (DOCX, text(BEGIN + instruction(' HYPERLINK "https://dde.example"') + END + "<w:t>DDEAUTO</w:t>")),
        (DOCX, text(BEGIN + instruction("PAGE") + END + BEGIN + instruction("DATE") + END)),
        (DOCX, text('<w:fldSimple w:instr="DDEX"/>')),
        (XLSX, links('<externalBook r:id="rId1"><sheetNames/></externalBook>')),
        (ODS, open_document(ODS, content=b'<c table:formula="of:=ADDED([.A1])"/><text:p>DDE(1)</text:p>')),
    ],
)
def test_other_fields_and_words_stay(kind: str, document: bytes) -> None:
    assert content.detect(io.BytesIO(document), kind) == kind


def test_what_unpacks_to_too_much_is_said_to_do_so() -> None:
    for body in (bytes(LOOKED_THROUGH), b"<w:instrText>a" * 200_001):
        with pytest.raises(TooMuchInside):
            content.detect(io.BytesIO(office_open(DOCX, members={"word/document.xml": body})), DOCX)


def test_a_part_that_is_damaged_is_refused() -> None:
    whole = bytearray(text("<w:t>some text</w:t>" * 50))
    whole[whole.rindex(b"word/document.xml", 0, -80) + 30] ^= 0xFF
    with pytest.raises(IncompleteContent):
        content.detect(io.BytesIO(whole), DOCX)
