"""The routing of paths to services, and the limits of a request. All other paths are the gateway's own."""

import re
from dataclasses import dataclass

SERVICES = {
    "cases": "applications",
    "deadlines": "applications",
    "worklist": "applications",
    "imports": "applications",
    "case-imports": "applications",
    "case-references": "applications",
    "case-exports": "applications",
    "bundle-keys": "applications",
    "historic-cases": "applications",
    "bodies": "applications",
    "recommendations": "applications",
    "barriers": "applications",
    "decisions": "applications",
    "processes": "applications",
    "procurement": "applications",
    "appraisals": "applications",
    "statistics": "applications",
    "open-data": "applications",
    "log": "applications",
    "disposals": "applications",
    "retention-schedule": "applications",
    "personal-erasures": "applications",
    "data-protection-complaints": "applications",
    "subject-access-requests": "applications",
    "personal-data-reads": "applications",
    "advisers": "advice-matching",
    "adviser-networks": "advice-matching",
    "resources": "advice-matching",
    "open-referral": "advice-matching",
    "support-requests": "advice-matching",
    "engagements": "advice-matching",
    "follow-ups": "advice-matching",
    "support-erasures": "advice-matching",
    "matching-rounds": "advice-matching",
    "matching-rules": "advice-matching",
    "fairness": "advice-matching",
    "products": "finance-directory",
    "funders": "finance-directory",
    "programmes": "finance-directory",
    "directory-keepers": "finance-directory",
    "shortlists": "finance-directory",
    "eligibility": "finance-directory",
    "finance-plans": "finance-directory",
    "product-comparisons": "finance-directory",
    "saved-searches": "finance-directory",
    "finance-open-referral": "finance-directory",
    "common-grants": "finance-directory",
    "grants": "finance-directory",
    "grant-statistics": "finance-directory",
    "grant-givers": "finance-directory",
    "grant-exports": "finance-directory",
    "notices": "finance-directory",
    "contract-endings": "finance-directory",
    "case-notices": "finance-directory",
}
"""First part of the path below /v1/ -> service."""

NAMES = tuple(dict.fromkeys(SERVICES.values()))

OPEN_TO_BROWSERS = ("/v1/open-referral", "/v1/finance-open-referral")
"""Below these paths pages of any origin may read, as Open Referral UK 3.0 demands of each answer: it is all public."""


def is_open_to_browsers(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in OPEN_TO_BROWSERS)


PAGES = {"published": "applications"}
"""First part of the path of pages for people -> the service that makes them."""


def service_for(path: str) -> str | None:
    if page := PAGES.get(path[1:].partition("/")[0]):
        return page
    if not path.startswith("/v1/"):
        return None
    return SERVICES.get(path[4:].partition("/")[0])


STREAMED = re.compile(
    r"/v1/cases/[^/]+/documents/[^/]+/content|/v1/cases/[^/]+/bundle|/v1/imports|/v1/grant-exports/[^/]+"
    r"|/v1/case-imports|/v1/case-exports/cases\.[^/]+"
)
"""Paths whose requests or answers are documents: large, and as slow as the caller's line."""


def is_streamed(path: str) -> bool:
    return STREAMED.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class ForwardingLimits:
    """The limits of one exchange with a service."""

    body: int = 1_048_576
    """Bytes of a request's body."""
    document: int = 104_857_600
    """The same where it is streamed."""
    seconds: float = 30.0
    """For all of the exchange. Where it is streamed, for each time that nothing happens."""

    def body_of(self, path: str) -> int:
        return self.document if is_streamed(path) else self.body
