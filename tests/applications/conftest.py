"""Who stands around a case in most tests: clients of each side, and the cases that they have."""

import pytest

from tests.applications.history.stories import screened
from tests.conftest import Api, NewClient
from tests.support.actors import Case, Office, submitted_office
from tests.support.cases import employer_id, open_case, submit_case


@pytest.fixture
async def group(new_client: NewClient) -> Api:
    """The client of a staff group."""
    return await new_client()


@pytest.fixture
async def officers(new_client: NewClient) -> Api:
    """A client of the employing body."""
    return await new_client(organisation=employer_id())


@pytest.fixture
async def outside(new_client: NewClient) -> Api:
    """A client that no case knows of itself."""
    return await new_client()


@pytest.fixture
async def stranger(new_client: NewClient) -> Api:
    """A client without any scope."""
    return await new_client(scopes="")


@pytest.fixture
async def overseer(new_client: NewClient) -> Api:
    """A client of the central team."""
    return await new_client(scopes="cases:read cases:write cases:oversee")


@pytest.fixture
async def case(group: Api) -> Case:
    """A draft of the group's."""
    return await open_case(group)


@pytest.fixture
async def submitted(group: Api) -> Case:
    """A case that the group submitted."""
    return await submit_case(group, await open_case(group))


@pytest.fixture
async def office(new_client: NewClient) -> Office:
    """A submitted case with two officers and a decision-maker appointed."""
    return await submitted_office(new_client)


@pytest.fixture
async def screening(group: Api, officers: Api) -> Case:
    """A case in screening that one officer wants not eligible, which only the bodies know."""
    return await screened(group, officers)
