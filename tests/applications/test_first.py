import pytest
from tests.support.cases import open_case, submit_case
pytestmark = pytest.mark.anyio
async def test_it(platform, new_client):
    api = await new_client()
    case = await open_case(api)
    print(case)
    s = await submit_case(api, case)
    await platform.settle()
    r = await api.get("/v1/cases"); print(r.json(), r.headers)
    r = await api.get("/openapi.json"); print(r.status_code)
    r = await api.post("/v1/cases", json={"employer": "x\u0000y"}); print(r.text)
    r = await api.get("/v1/bodies?q=camden"); print(r.text)
    assert 0
