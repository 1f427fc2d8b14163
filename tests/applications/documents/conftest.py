"""Both storages, each for real: a directory, and a server that speaks S3's protocol."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from rtp_applications.documents.settings import DocumentSettings
from rtp_applications.documents.storage import Storage, open_storage
from tests.applications.documents.bucket import Bucket
from tests.conftest import Api
from tests.support.actors import ActorClient, Case
from tests.support.documents import Document, added


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_url: str) -> Iterator[Bucket]:
    """A new bucket, seen by another client than ours."""
    client = boto3.client(
        "s3", endpoint_url=s3_url, region_name="eu-west-2", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    name = f"documents-{uuid.uuid4()}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    yield Bucket(client, name, s3_url)
    client.close()


@pytest.fixture
def desk(group: Api) -> ActorClient:
    """The group's lead at the client of the group."""
    return ActorClient(group, group.person)


@pytest.fixture
async def document(desk: ActorClient, case: Case) -> Document:
    """A document of the draft, without a content."""
    return await added(desk, case)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there"


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "disk":
        return open_storage(DocumentSettings(documents_dir=request.getfixturevalue("directory")))
    return open_storage(request.getfixturevalue("bucket").settings)
