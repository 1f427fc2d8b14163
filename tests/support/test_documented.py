"""The check of answers finds what it is there to find."""

import httpx
import pytest

from tests.support.documented import find_undeclared, require_declared

PROBLEM = {"Content-Type": "application/problem+json"}


def answer(method: str, path: str, status: int, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(status, headers=headers, request=httpx.Request(method, f"http://rtp.test{path}?limit=1"))


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "undeclared"),
    [
        ("GET", "/v1/cases", 200, {"Content-Type": "application/json; charset=utf-8"}, []),
        ("GET", "/v1/cases", 418, PROBLEM, ["status 418"]),
        ("GET", "/v1/cases", 412, PROBLEM, ["status 412"]),
        ("GET", "/v1/cases", 422, {"Content-Type": "application/json"}, ["application/json"]),
        ("GET", "/v1/cases", 200, {"ETag": '"1"', "Content-Type": "application/json"}, ["ETag"]),
        ("GET", "/v1/cases/1", 304, {"ETag": '"1"'}, []),
        ("POST", "/v1/cases", 409, PROBLEM | {"Retry-After": "1"}, []),
        ("GET", "/v1/barriers/counts", 404, PROBLEM, ["status 404"]),
        ("GET", "/fhir/R4/Subscription/1", 404, PROBLEM, ["application/problem+json"]),
        ("POST", "/oauth2/token", 401, {"Content-Type": "application/json", "WWW-Authenticate": "Basic"}, []),
        ("DELETE", "/v1/cases", 405, PROBLEM, []),
        ("GET", "/v1/cases/", 404, PROBLEM, []),
        ("GET", "/docs", 200, {"Content-Type": "text/html"}, []),
    ],
)
def test_what_the_document_does_not_declare_is_found(
    method: str, path: str, status: int, headers: dict[str, str], undeclared: list[str]
) -> None:
    assert find_undeclared(answer(method, path, status, headers)) == undeclared


@pytest.mark.anyio
async def test_it_says_where_to_declare_it() -> None:
    with pytest.raises(AssertionError, match=r"GET /v1/cases answered 418 .*status 418.*answers\.py"):
        await require_declared(answer("GET", "/v1/cases", 418, {}))
