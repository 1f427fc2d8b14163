"""Taking from a client what it may do, behind the code's back, and waiting until that holds."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.waiting import until

PROMISED_SECONDS = 2.0
DEACTIVATE = "UPDATE clients SET active = false WHERE client_id = :id"
ACTIVATE = "UPDATE clients SET active = true WHERE client_id = :id"
CHANGES = {
    "deactivated": DEACTIVATE,
    "lost a scope": "UPDATE clients SET scopes = array_remove(scopes, 'metrics:read') WHERE client_id = :id",
    "moved": "UPDATE clients SET organisation = gen_random_uuid() WHERE client_id = :id",
}
change_of_client = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())

Call = Callable[[], Awaitable[httpx.Response]]


async def wait_for_refusal(call: Call) -> None:
    """The call is refused for its token within the time that is promised."""

    async def refused() -> bool:
        answer = await call()
        return answer.status_code == 401 and "invalid_token" in answer.headers["www-authenticate"]

    await until(refused, "a refusal", seconds=PROMISED_SECONDS)
