"""Refusals, as tests compare them."""

from typing import Any

import httpx


def name_problem(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the last part of the problem's type."""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def list_fields(answer: httpx.Response) -> set[str]:
    """Return the fields that a refused input names."""
    assert answer.status_code == 422, answer.text
    return set(name_fields(answer))


def name_fields(answer: httpx.Response) -> list[str]:
    """Return the fields that a refusal names, in its order."""
    return [error["field"] for error in answer.json()["errors"]]


def strike_instance(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem without its path, to compare what two paths tell."""
    return {**answer.json(), "instance": ""}
