"""flatten-tool, 360Giving's own, reads our table as what our package says, and our package as our table."""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rtp_finance_directory.grants.standard.checks import STANDARD
from tests.conftest import Api
from tests.finance_directory.grants.conftest import FUNDER

pytestmark = pytest.mark.anyio
SCHEMA = STANDARD / "360-giving-schema.json"
LAYOUT = ["--root-list-path", "grants"]


def run_flatten_tool(*arguments: object) -> None:
    tool = Path(sys.executable).with_name("flatten-tool")
    subprocess.run([tool, *map(str, arguments)], check=True, capture_output=True, timeout=300)


async def export(api: Api, name: str) -> bytes:
    answer = await api.get(f"/v1/grant-exports/{name}", params={"funder": FUNDER})
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_the_table_is_read_as_what_the_package_says(anybody: Api, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.json"
    folder.mkdir()
    (folder / "grants.csv").write_bytes(await export(anybody, "360giving.csv"))
    run_flatten_tool(
        "unflatten", folder, "-f", "csv", *LAYOUT, "--root-id", "", "--convert-titles", "--schema", SCHEMA, "-o", out
    )
    read = {grant["id"]: grant for grant in json.loads(out.read_text("utf-8"))["grants"]}
    package = {grant["id"]: grant for grant in json.loads(await export(anybody, "360giving.json"))["grants"]}
    assert read.keys() == package.keys()
    assert len(read) == 475
    differing = {id_ for id_, grant in package.items() if tidy(read[id_]) != tidy(grant)}
    assert differing == set()


async def test_the_package_is_written_as_a_table_with_every_grant(anybody: Api, tmp_path: Path) -> None:
    package, out = tmp_path / "package.json", tmp_path / "out"
    package.write_bytes(await export(anybody, "360giving.json"))
    run_flatten_tool(
        "flatten", package, "-f", "csv", *LAYOUT, "--main-sheet-name", "grants", "--use-titles", "--schema", SCHEMA,
        "-o", out,
    )  # fmt: skip
    theirs = list(csv.DictReader(io.StringIO((out / "grants.csv").read_text("utf-8-sig"))))
    ours = list(csv.DictReader(io.StringIO((await export(anybody, "360giving.csv")).decode("utf-8-sig"))))
    for column in ("Identifier", "Title", "Currency", "Award Date"):
        assert sorted(row[column].strip() for row in theirs) == sorted(row[column].strip() for row in ours), column
    amounts = [sum(Decimal(row["Amount Awarded"]) for row in rows) for rows in (theirs, ours)]
    assert amounts[0] == amounts[1] > 0


def tidy(value: Any) -> Any:
    """Leave out what a cell cannot hold: blanks at its ends, and how a number is written."""
    if isinstance(value, dict):
        return {name: tidy(each) for name, each in value.items()}
    if isinstance(value, list):
        return [tidy(each) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return value.strip() if isinstance(value, str) else value
