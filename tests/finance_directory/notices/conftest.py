"""The finance directory with no notices, or with a hundred real releases of Contracts Finder."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_finance_directory.loading.load import Loaded, load_file
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_shared.db import Database
from tests.conftest import Api, NewClient

FILES = Path(__file__).with_name("files")
REAL = FILES / "contracts-finder-england-100-releases.json"
NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)
TABLES = (
    "notices, notice_releases, incoming_notice_releases, notice_contracts, notice_loads, notice_problems, "
    "case_notices, case_contracts, case_watches, award_looks, told_awards"
)

Load = Callable[..., Awaitable[Loaded]]
Write = Callable[..., Path]


def get_url(platform: Platform, kind: str) -> str:
    runtime = platform.runtimes["finance-directory"]
    url = runtime.database.url.set(drivername="postgresql", username=runtime.service.get_role(kind))
    return url.render_as_string(hide_password=False)


@pytest.fixture
async def operator(platform: Platform) -> AsyncIterator[Database]:
    """The database as the loader reaches it, with no notices in it."""
    await empty(platform)
    database = Database(get_url(platform, "operator"), pool_size=2)
    yield database
    await database.close()
    await empty(platform)


async def empty(platform: Platform) -> None:
    connection = await asyncpg.connect(get_url(platform, "owner"))
    await connection.execute(f"TRUNCATE {TABLES}")
    await connection.close()


async def fetch(database: Database, statement: str) -> list[tuple[Any, ...]]:
    async with database.transaction() as session:
        return [tuple(row) for row in (await session.execute(text(statement))).all()]


@pytest.fixture
def load(operator: Database) -> Load:
    """Load a file: `await load(path)`."""

    async def load(path: Path, **named: Any) -> Loaded:
        return await load_file(operator, NOTICES, path, source=path.name, clock=lambda: NOW, **named)

    return load


@pytest.fixture
def real() -> list[dict[str, Any]]:
    releases: list[dict[str, Any]] = json.loads(REAL.read_text("utf-8"))
    return releases


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a package of releases: `write([release, ...], name="a.json")`."""

    def write(releases: list[Any], name: str = "notices.json", **package: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({"version": "1.1", **package, "releases": releases}), encoding="utf-8")
        return path

    return write


def make_release(number: int = 1, **named: Any) -> dict[str, Any]:
    """Make a release as Find a Tender has it: a call for home care, in one lot that is reserved to mutuals."""
    return deepcopy(
        {
            "ocid": f"ocds-h6vhtk-{number:06d}",
            "id": f"{number:06d}-2025",
            "date": "2025-05-01T09:00:00+01:00",
            "tag": ["tender"],
            "initiationType": "tender",
            "buyer": {"id": "GB-PPON-AAAA-1111-AAAA", "name": "London Borough of Camden"},
            "parties": [
                {
                    "id": "GB-PPON-AAAA-1111-AAAA",
                    "name": "London Borough of Camden",
                    "roles": ["buyer"],
                    "identifier": {"scheme": "GB-PPON", "id": "AAAA-1111-AAAA"},
                    "additionalIdentifiers": [{"scheme": "GB-LAE", "id": "CMD"}],
                    "contactPoint": {"name": "Jane Roe", "email": "jane.roe@example.org"},
                }
            ],
            "tender": {
                "id": "T1",
                "title": "Home care",
                "status": "active",
                "value": {"amount": 400000.5, "amountGross": 480000.6, "currency": "GBP"},
                "tenderPeriod": {"endDate": "2025-06-30T23:59:59+01:00"},
                "lots": [
                    {
                        "id": "1",
                        "status": "active",
                        "contractPeriod": {
                            "startDate": "2025-10-01T00:00:00+01:00",
                            "endDate": "2026-09-30T23:59:59+01:00",
                            "maxExtentDate": "2028-09-30T23:59:59+01:00",
                        },
                        "hasRenewal": True,
                        "otherRequirements": {"reservedParticipation": ["publicServiceMissionOrganization"]},
                    }
                ],
                "items": [
                    {
                        "id": "1",
                        "relatedLot": "1",
                        "additionalClassifications": [{"scheme": "CPV", "id": "85312400"}],
                        "deliveryAddresses": [{"region": "UKI31"}],
                    }
                ],
                "documents": [{"id": "001", "documentType": "tenderNotice", "noticeType": "UK4"}],
            },
        }
        | named
    )


def make_award(number: int = 1, **named: Any) -> dict[str, Any]:
    """Make the release of the award that followed."""
    release = make_release(number)
    return release | {
        "id": f"{number:06d}-2025-award",
        "date": "2025-08-01T09:00:00+01:00",
        "tag": ["award", "contract"],
        "tender": {"id": "T1", "status": "complete"},
        "awards": [
            {
                "id": "A1",
                "status": "active",
                "date": "2025-07-20T00:00:00+01:00",
                "value": {"amount": 390000, "currency": "GBP"},
                "suppliers": [{"id": "GB-COH-01234567", "name": "Care Mutual CIC"}],
                "relatedLots": ["1"],
            }
        ],
        "contracts": [
            {
                "id": "C1",
                "awardID": "A1",
                "status": "active",
                "period": {"startDate": "2025-10-01T00:00:00+01:00", "durationInMonths": 12},
            }
        ],
        "parties": [
            *release["parties"],
            {
                "id": "GB-COH-01234567",
                "name": "Care Mutual CIC",
                "roles": ["supplier"],
                "details": {"publicServiceMissionOrganization": True},
                "address": {"streetAddress": "1 Home Lane", "locality": "London"},
            },
        ],
        **named,
    }


@pytest.fixture
async def anybody(new_client: NewClient) -> Api:
    api = await new_client(scopes="")
    del api.headers["Authorization"]
    return api
