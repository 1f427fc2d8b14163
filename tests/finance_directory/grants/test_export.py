"""The export: valid by the standard's own schema, and what was loaded, loaded again."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.grants.standard.checks import STANDARD, read_schema
from rtp_finance_directory.loading.load import load_file
from rtp_finance_directory.loading.progress import list_problems
from rtp_shared.db import Database
from tests.conftest import Api
from tests.finance_directory.grants.conftest import FUNDER, NOW

pytestmark = pytest.mark.anyio


@pytest.fixture
def package_schema() -> Draft202012Validator:
    """The schema of a package. The one published names the grant's schema of the version before: ours stands for it."""
    package = json.loads((STANDARD / "360-giving-package-schema.json").read_text("utf-8"))
    named = package["properties"]["grants"]["items"]["$ref"]
    registry: Registry[Any] = Registry().with_resource(named, Resource.from_contents(read_schema(), DRAFT202012))
    return Draft202012Validator(package, registry=registry, format_checker=FormatChecker())


async def export(api: Api, name: str, **params: str) -> bytes:
    answer = await api.get(f"/v1/grant-exports/{name}", params={"funder": FUNDER, **params})
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_the_package_is_valid_and_holds_every_grant_as_published(
    anybody: Api, real_grants: list[Any], package_schema: Draft202012Validator
) -> None:
    package = json.loads(await export(anybody, "360giving.json"))
    assert list(package_schema.iter_errors(package)) == []
    assert package["version"] == "1.4"
    by_id = {grant["id"]: grant for grant in package["grants"]}
    assert by_id == {grant["id"]: grant for grant in real_grants}


async def test_the_table_loads_again_as_what_it_was_but_for_blanks_at_the_ends_of_cells(
    operator: Database, anybody: Api, tmp_path: Path
) -> None:
    path = tmp_path / "grants.csv"
    path.write_bytes(await export(anybody, "360giving.csv"))
    loaded = await load_file(operator, GRANTS, path, source="export", clock=lambda: NOW)
    assert loaded.progress.counts == {"read": 475, "unchanged": 473, "said_otherwise": 2}
    assert not loaded.progress.left_out
    problems = await list_problems(operator, GRANTS, loaded.progress.digest)
    assert {problem.wrong.split("'")[1] for problem in problems} == {"360G-ALWF-1379", "360G-ALWF-186"}


async def test_filters_hold_for_the_export_too_and_nothing_is_no_package(anybody: Api) -> None:
    package = json.loads(await export(anybody, "360giving.json", recipientScheme="GB-EDU"))
    assert package["grants"]
    assert all(grant["recipientOrganization"][0]["id"].startswith("GB-EDU-") for grant in package["grants"])
    for name in ("360giving.json", "360giving.csv"):
        assert (await anybody.get(f"/v1/grant-exports/{name}", params={"q": "xyzzyplugh"})).status_code == 404
