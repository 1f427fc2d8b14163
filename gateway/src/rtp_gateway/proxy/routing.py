"""Which service answers which path. Everything else is the gateway's own."""

SERVICES = {
    "cases": "applications",
    "bodies": "applications",
    "advisers": "advice-matching",
    "support-requests": "advice-matching",
    "products": "finance-directory",
    "shortlists": "finance-directory",
}
"""First part of the path below /v1/ -> service."""

NAMES = tuple(dict.fromkeys(SERVICES.values()))


def service_for(path: str) -> str | None:
    if not path.startswith("/v1/"):
        return None
    return SERVICES.get(path[4:].partition("/")[0])
