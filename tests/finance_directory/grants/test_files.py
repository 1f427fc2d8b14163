"""Files as people send them: encodings, line ends, workbooks, and what breaks off."""

import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.grants.reading.files import GrantFile, inspect_file
from rtp_finance_directory.grants.standard.rows import GrantRow
from rtp_finance_directory.loading.batches import Batch, read_batches
from rtp_finance_directory.loading.found import Unreadable

TITLES = [
    "Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date", "Recipient Org:Identifier",
    "Recipient Org:Name", "Funding Org:Identifier", "Funding Org:Name", "Beneficiary Location:0:Name",
    "Beneficiary Location:1:Geographic Code", "Last Modified", "Our own column",
]  # fmt: skip
CELLS = [
    "360G-a-1", "Café for Zoë", "One line\nand another", "GBP", "1500.50", "2024-07-24", "GB-COH-09668396", "A, B & C",
    "GB-CHC-1015648", "D", "London", "E08000003", "2024-08-01T00:00:00Z", "",
]  # fmt: skip
WANTED = {
    "id": "360G-a-1", "title": "Café for Zoë", "description": "One line\nand another", "currency": "GBP",
    "amountAwarded": 1500.5, "awardDate": "2024-07-24",
    "recipientOrganization": [{"id": "GB-COH-09668396", "name": "A, B & C"}],
    "fundingOrganization": [{"id": "GB-CHC-1015648", "name": "D"}],
    "beneficiaryLocation": [{"name": "London"}, {"geoCode": "E08000003"}], "dateModified": "2024-08-01T00:00:00Z",
}  # fmt: skip


def read(path: Path) -> Batch[GrantRow]:
    with GrantFile(inspect_file(path)) as file:
        [batch] = read_batches(
            file,
            partial(GRANTS.prepare, fallback=None),
            skip=0,
            most_rows=GRANTS.most_rows,
            describe_repeated=GRANTS.describe_repeated,
        )
    return batch


def get_documents(batch: Batch[GrantRow]) -> list[Any]:
    return [json.loads(row.document) for row, _ in batch.rows.values()]


def write_lines(rows: list[list[str]], delimiter: str, end: str) -> str:
    return end.join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (";", "\n"), ("\t", "\r")])
def test_a_table_reads_the_same_however_it_is_written(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(write_lines([TITLES, CELLS], delimiter, end).encode(encoding))
    batch = read(path)
    assert batch.problems == []
    assert get_documents(batch) == [WANTED]
    [(row, number)] = batch.rows.values()
    assert (number, row.regions, row.amount_pence) == (2, ["E12000002", "E12000007"], 150_050)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps({"version": "1.4", "grants": [WANTED]}, ensure_ascii=False).encode(encoding))
    assert get_documents(read(path)) == [WANTED]


def write_workbook(path: Path, rows: list[list[Any]], *, doctype: str = "") -> None:
    """Write a workbook with shared texts, numbers and a style of dates, as spreadsheet programs do."""
    texts: list[str] = []
    lines: list[str] = []
    for row in rows:
        cells = []
        for column, value in enumerate(row):
            place = f'r="{chr(ord("A") + column)}{len(lines) + 1}"'
            if isinstance(value, str):
                texts.append(f"<si><t>{escape(value)}</t></si>")
                cells.append(f'<c {place} t="s"><v>{len(texts) - 1}</v></c>')
            elif value is not None:
                number, style = value
                cells.append(f'<c {place} s="{style}"><v>{number}</v></c>')
        lines.append(f'<row r="{len(lines) + 1}">{"".join(cells)}</row>')
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{links}"><sheets><sheet name="Meta" sheetId="1" r:id="rId9"/>'
            '<sheet name="grants" sheetId="2" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="rId9" Target="worksheets/m.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet {main}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        )
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{''.join(texts)}</sst>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"{doctype}<worksheet {main}><sheetData>{''.join(lines)}</sheetData></worksheet>",
        )


def test_a_workbook_reads_as_a_table_does_and_its_dates_as_the_standard_has_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    cells: list[Any] = [*CELLS[:4], (1500.5, 0), (45497, 1), *CELLS[6:13]]
    write_workbook(path, [TITLES, cells])
    batch = read(path)
    assert batch.problems == []
    assert get_documents(batch) == [WANTED | {"awardDate": "2024-07-24T00:00:00+00:00"}]


def test_a_workbook_with_entities_and_what_is_none_are_refused_in_words(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    write_workbook(bomb, [TITLES, CELLS], doctype='<!DOCTYPE a [<!ENTITY b "c">]>')
    cut = tmp_path / "cut.xlsx"
    write_workbook(cut, [TITLES, CELLS])
    cut.write_bytes(cut.read_bytes()[:700])
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    for path in (bomb, cut, other):
        batch = read(path)
        assert batch.unreadable
        assert "no workbook that we know" in batch.problems[0].wrong
        assert "save it anew" in batch.problems[0].right


def test_what_is_wrong_in_a_row_leaves_the_good_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    bad = ["360G-a-2", *CELLS[1:4], "£1,500", "24/07/2024", *CELLS[6:]]
    wide = ["360G-a-3", *CELLS[1:], "too many"]
    path.write_text(write_lines([TITLES, CELLS, bad, wide, ["360G-a-4", *CELLS[1:]]], ",", "\n"), "utf-8")
    batch = read(path)
    assert [number for _, number in batch.rows.values()] == [2, 5]
    assert [(problem.row, problem.field, problem.rule) for problem in batch.problems] == [
        (3, "Amount Awarded (amountAwarded)", "not-a-number"),
        (3, "Award Date (awardDate)", "not-a-day"),
        (4, "'too many'", "too-many-cells"),
    ]


@pytest.mark.parametrize(
    ("text", "stored", "rules"),
    [
        ('{"grants": [GOOD, {"id": "a" "b"}, OTHER]}', 2, ["unreadable"]),
        ('{"grants": [GOOD, {"id": NaN}, OTHER]}', 2, ["unreadable"]),
        ('{"grants": [GOOD, 7, OTHER]}', 2, ["not-an-object"]),
        ('{"grants": [GOOD, {"title": "' + "x" * 1_100_000 + '"}, OTHER]}', 2, ["too-large"]),
        ('{"grants": [GOOD, {"a": ' + "[" * 90_000 + "]" * 90_000 + "}, OTHER]}", 2, ["unreadable"]),
        ('{"grants": [GOOD, OTHER', 2, ["unreadable"]),
        ('{"grants": [GOOD, {"id": "a', 1, ["unreadable", "unreadable"]),
        ('{"grants": []}', 0, ["unreadable"]),
        ('{"other": [1, 2]}', 0, ["unreadable"]),
        ("[GOOD]", 0, ["unreadable"]),
    ],
)
def test_json_that_is_broken_is_read_as_far_as_it_goes(
    tmp_path: Path, text: str, stored: int, rules: list[str]
) -> None:
    path = tmp_path / "a.json"
    other = WANTED | {"id": "360G-a-9"}
    path.write_text(text.replace("GOOD", json.dumps(WANTED)).replace("OTHER", json.dumps(other)), "utf-8")
    batch = read(path)
    assert len(batch.rows) == stored
    assert [problem.rule for problem in batch.problems] == rules


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf \n", b"\0\0"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="empty"):
        read(path)
