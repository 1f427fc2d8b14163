"""The central team, and a body that it recorded."""

import pytest

from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, RecordedBody, record_body


@pytest.fixture
async def api(new_client: NewClient) -> Api:
    """A client of the central team."""
    return await new_client(scopes=OVERSEER)


@pytest.fixture
async def body(api: Api) -> RecordedBody:
    """A body of this test's own."""
    return await record_body(api)
