"""Every operation of the OpenAPI document, and how it is called: a minimal body that is taken for valid.

An operation that is not here fails the sweep: whoever adds one says how it is called, and it is swept from then on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.applications.workflow.ground import attempt
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.support.cases import EMPLOYER
from tests.support.documents import pdf

Json = Mapping[str, Any]
NOTHING: Json = {}
SINK = "http://127.0.0.1:9/sweep"
DAY = "2026-11-02"
NOBODY = "00000000-0000-4000-8000-000000000000"
FHIR = {
    "resourceType": "Subscription",
    "status": "requested",
    "reason": "Sweep",
    "criteria": "eventType=rtp-applications-case-opened-1",
    "channel": {"type": "rest-hook", "endpoint": SINK, "payload": "application/json"},
}
HISTORIC = {
    "employer": EMPLOYER,
    "serviceName": "Sweep",
    "sector": "adult-social-care",
    "openedOn": "2009-01-01",
    "status": "refused",
    "endedOn": "2009-02-01",
    "outcome": "Refused",
    "source": "Sweep",
}
RECOMMENDED = {
    "kind": "duty",
    "text": "Sweep",
    "addressedTo": ["Everybody"],
    "source": "Sweep",
    "provenance": "found",
}
BODY = {
    "name": "Sweep",
    "kind": "unitary",
    "nation": "England",
    "identifiers": [{"scheme": "GB-NHS", "value": "SWEEP"}],
}
FAIRNESS_BOUNDS = {
    "loadGini": 40,
    "waitingNinetieth": 26,
    "agreementNinetieth": None,
    "firstChoices": None,
    "justifiedEnvy": None,
}
ADVISER = {
    "name": "Sweep",
    "kind": "mentor",
    "inPerson": False,
    "remote": True,
    "topics": ["legal"],
    "capacity": 1,
    "chargeBasis": "free",
}
AWARDED = {
    "authority": EMPLOYER,
    "provider": "GB-COH-00000000",
    "providerName": "Sweep",
    "cpv": ["92511000"],
    "awardedOn": "2026-01-05",
    "enteredIntoOn": "2026-01-05",
    "source": "Sweep",
}


@dataclass(frozen=True)
class Raw:
    """A body that is no JSON."""

    media_type: str
    content: bytes


Body = Json | Raw | None

WRITES: Mapping[str, Body] = {
    "POST /v1/cases": {"route": "right-to-provide"},
    "PATCH /v1/cases/{case_id}": {"headcount": 7},
    "POST /v1/cases/{case_id}/actions/move-to-version": {"version": 1, "reasons": "Sweep"},
    "POST /v1/cases/{case_id}/parties": {"role": "case-officer", "person": "p-sweep"},
    "PATCH /v1/cases/{case_id}/parties/{party_id}": {"mandate": "Sweep"},
    "POST /v1/cases/{case_id}/parties/{party_id}/actions/end": None,
    "POST /v1/cases/{case_id}/documents": {"kind": "other", "title": "Sweep"},
    "PATCH /v1/cases/{case_id}/documents/{document_id}": {"title": "Sweep"},
    "POST /v1/cases/{case_id}/documents/{document_id}/actions/withdraw": None,
    "PUT /v1/cases/{case_id}/documents/{document_id}/content": Raw("application/pdf", pdf("sweep")),
    "POST /v1/imports": Raw("application/zip", b"PK"),
    "POST /v1/historic-cases": HISTORIC,
    "POST /v1/case-imports": Raw("application/x-ndjson", b'{"reference": "SWEEP"}'),
    "POST /v1/bodies": BODY,
    "POST /v1/bodies/{reference}/actions/end": {"endedOn": DAY},
    "PUT /v1/bodies/{reference}/rules/{rule}": {"validFrom": DAY, "value": None, "source": "Sweep"},
    "POST /v1/procurement/financial-assistance": {"giveOn": "2026-03-02"},
    "POST /v1/appraisals": {
        "baseYear": 2027,
        "options": [{"id": "a", "kind": "mutual"}, {"id": "b", "kind": "status-quo"}],
    },
    "POST /v1/finance-plans": {"neededPence": 100},
    "POST /v1/common-grants/opportunities/search": {"search": "Sweep"},
    "POST /v1/funders": {"name": "Sweep", "kinds": ["grant-maker"]},
    "PUT /v1/funders/{funder_id}": {"name": "Sweep", "kinds": ["grant-maker"]},
    "POST /v1/funders/{funder_id}/actions/verify": None,
    "POST /v1/funders/{funder_id}/actions/publish": NOTHING,
    "POST /v1/funders/{funder_id}/actions/suspend": None,
    "POST /v1/funders/{funder_id}/actions/hand-over": {"organisation": None},
    "POST /v1/funders/{funder_id}/actions/withdraw": None,
    "POST /v1/programmes": {"funderId": NOBODY, "name": "Sweep", "purpose": "Sweep"},
    "PUT /v1/programmes/{programme_id}": {"funderId": NOBODY, "name": "Sweep", "purpose": "Sweep"},
    "POST /v1/programmes/{programme_id}/actions/verify": None,
    "POST /v1/programmes/{programme_id}/actions/publish": NOTHING,
    "POST /v1/programmes/{programme_id}/actions/suspend": None,
    "POST /v1/programmes/{programme_id}/actions/withdraw": None,
    "PUT /v1/directory-keepers/{organisation}": {"reviewed": False},
    "POST /v1/product-comparisons": {"productIds": [NOBODY, NOBODY], "amountPence": 100},
    "POST /v1/eligibility": {"sector": "adult-social-care"},
    "POST /v1/saved-searches": {"name": "Sweep", "criteria": {}},
    "PUT /v1/saved-searches/{search_id}": {"name": "Sweep", "criteria": {}},
    "DELETE /v1/saved-searches/{search_id}": None,
    "POST /v1/products": {"provider": "Sweep", "name": "Sweep", "kinds": ["grant"], "direct": True},
    "PUT /v1/products/{product_id}": {"provider": "Sweep", "name": "Sweep", "kinds": ["grant"], "direct": True},
    "POST /v1/products/{product_id}/actions/verify": None,
    "POST /v1/products/{product_id}/actions/publish": NOTHING,
    "POST /v1/products/{product_id}/actions/suspend": None,
    "POST /v1/products/{product_id}/actions/withdraw": None,
    "POST /v1/procurement/awards": AWARDED,
    "POST /v1/procurement/awards/{award_id}/actions/withdraw": {"reason": "Sweep"},
    "POST /v1/recommendations": RECOMMENDED,
    "POST /v1/recommendations/{recommendation_id}/actions/report-progress": {"state": "open", "note": "Sweep"},
    "POST /v1/cases/{case_id}/barriers": {"kind": "other", "description": "Sweep", "body": "GB-NHS-NONE"},
    "POST /v1/barriers/{barrier_id}/actions/disclose": None,
    "POST /v1/barriers/{barrier_id}/actions/answer": {"answer": "Sweep", "dueOn": "2099-01-01"},
    "POST /v1/barriers/{barrier_id}/actions/close": {"state": "removed", "outcome": "Sweep"},
    "POST /v1/barriers/{barrier_id}/actions/withdraw": None,
    "POST /v1/cases/{case_id}/forecast": NOTHING,
    "POST /v1/cases/{case_id}/holds": {"reason": "Sweep"},
    "POST /v1/cases/{case_id}/holds/{hold_id}/actions/lift": {"reason": "Sweep"},
    "POST /v1/personal-erasures": {"reference": "p-sweep", "reason": "person-asked"},
    "POST /v1/subject-access-requests": {"person": "p-sweep"},
    "POST /v1/subject-access-requests/{access_request_id}/actions/extend": {"reason": "Sweep"},
    "POST /v1/subject-access-requests/{access_request_id}/actions/answer": NOTHING,
    "POST /v1/subject-data": {"reference": "p-sweep"},
    "POST /v1/subject-data/page": {"reference": "p-sweep"},
    "POST /v1/data-protection-complaints": {"body": "GB-LAE-WAR", "subject": "Sweep"},
    "POST /v1/data-protection-complaints/{complaint_id}/actions/acknowledge": None,
    "POST /v1/data-protection-complaints/{complaint_id}/actions/report-progress": {"stepsTaken": "Sweep"},
    "POST /v1/data-protection-complaints/{complaint_id}/actions/answer": {"outcome": "upheld", "answer": "Sweep"},
    "POST /v1/open-referral/imports": {"source": SINK, "services": [{"id": NOBODY}]},
    "POST /v1/adviser-networks": {"name": "Sweep", "description": "Sweep"},
    "PATCH /v1/adviser-networks/{network_id}": {"name": "Sweep"},
    "POST /v1/adviser-networks/{network_id}/actions/verify": None,
    "POST /v1/adviser-networks/{network_id}/actions/publish": None,
    "POST /v1/adviser-networks/{network_id}/actions/suspend": {"reason": "Sweep"},
    "POST /v1/adviser-networks/{network_id}/actions/set-review": {"reviewed": True},
    "POST /v1/adviser-networks/{network_id}/actions/withdraw": None,
    "POST /v1/advisers": ADVISER,
    "PATCH /v1/advisers/{adviser_id}": {"name": "Sweep"},
    "POST /v1/advisers/{adviser_id}/actions/verify": None,
    "POST /v1/advisers/{adviser_id}/actions/publish": None,
    "POST /v1/advisers/{adviser_id}/actions/suspend": {"reason": "Sweep"},
    "POST /v1/advisers/{adviser_id}/actions/withdraw": None,
    "POST /v1/support-requests/{request_id}/actions/accept": {"adviserId": NOBODY},
    "POST /v1/support-requests/{request_id}/needs": {"kindSought": "mentor", "topic": "vat"},
    "PATCH /v1/support-requests/{request_id}/needs/{need_id}": {"state": "met"},
    "POST /v1/support-erasures": {"scope": "engagement", "id": NOBODY, "reason": "person-asked"},
    "POST /v1/engagements": {"supportRequestId": NOBODY, "adviserId": NOBODY},
    "POST /v1/engagements/{engagement_id}/actions/accept": None,
    "POST /v1/engagements/{engagement_id}/actions/decline": {"reason": "other"},
    "POST /v1/engagements/{engagement_id}/actions/withdraw": None,
    "POST /v1/engagements/{engagement_id}/actions/consent": None,
    "POST /v1/engagements/{engagement_id}/actions/record-first-contact": {"on": DAY},
    "POST /v1/engagements/{engagement_id}/actions/pause": None,
    "POST /v1/engagements/{engagement_id}/actions/resume": None,
    "POST /v1/engagements/{engagement_id}/actions/complete": None,
    "POST /v1/engagements/{engagement_id}/actions/end-early": {"reason": "other"},
    "POST /v1/engagements/{engagement_id}/sessions": {"heldOn": DAY, "minutes": 60},
    "PATCH /v1/engagements/{engagement_id}/sessions/{session_id}": {"minutes": 30},
    "POST /v1/engagements/{engagement_id}/goals": {"text": "Sweep"},
    "PATCH /v1/engagements/{engagement_id}/goals/{goal_id}": {"state": "met"},
    "POST /v1/engagements/{engagement_id}/feedback": {"rating": 3},
    "POST /v1/engagements/{engagement_id}/follow-ups/{days}/actions/answer": {"progress": "as-hoped"},
    "PUT /v1/support-requests/{request_id}/preferences": NOTHING,
    "POST /v1/matching-rounds": NOTHING,
    "POST /v1/matching-rounds/{round_id}/actions/commit": None,
    "POST /v1/matching-rounds/{round_id}/repairs": NOTHING,
    "POST /v1/matching-rounds/{round_id}/repairs/{repair_id}/actions/commit": None,
    "POST /v1/matching-rounds/{round_id}/what-ifs": NOTHING,
    "POST /v1/matching-rounds/{round_id}/overrides": {"requestId": NOBODY, "adviserId": NOBODY, "reason": "Sweep"},
    "POST /v1/matching-rounds/{round_id}/overrides/{override_id}/actions/confirm": None,
    "POST /v1/matching-rounds/{round_id}/overrides/{override_id}/actions/withdraw": None,
    "PUT /v1/fairness/bounds": FAIRNESS_BOUNDS,
    "POST /oauth2/token": Raw("application/x-www-form-urlencoded", b"grant_type=client_credentials"),
    "POST /oauth2/revoke": Raw("application/x-www-form-urlencoded", b"token=sweep"),
    "POST /oauth2/introspect": Raw("application/x-www-form-urlencoded", b"token=sweep"),
    "POST /v1/clients": {"clientId": "sweep", "name": "Sweep", "scopes": ["clients:manage"]},
    "PATCH /v1/clients/{client_id}": {"name": "Sweep"},
    "POST /v1/clients/{client_id}/actions/rotate-client-secret": NOTHING,
    "POST /v1/clients/{client_id}/actions/deactivate": None,
    "POST /v1/clients/{client_id}/actions/activate": None,
    "POST /v1/subscriptions": {"sink": SINK},
    "PATCH /v1/subscriptions/{subscription_id}": {"description": "Sweep"},
    "PUT /v1/subscriptions/{subscription_id}": {"sink": SINK},
    "DELETE /v1/subscriptions/{subscription_id}": None,
    "POST /v1/subscriptions/{subscription_id}/actions/pause": None,
    "POST /v1/subscriptions/{subscription_id}/actions/resume": None,
    "POST /v1/subscriptions/{subscription_id}/actions/rotate-secret": NOTHING,
    "POST /v1/subscriptions/{subscription_id}/actions/test": None,
    "POST /v1/subscriptions/consents/{token}": None,
    "POST /v1/subscriptions/{subscription_id}/dead-letters/{event_id}/actions/replay": None,
    "POST /v1/subscriptions/{subscription_id}/dead-letters/{event_id}/actions/skip": None,
    "POST /v1/subscriptions/{subscription_id}/actions/replay": {"from": "2026-01-01T00:00:00Z"},
    "POST /v1/erasures": {"kind": "party", "id": NOBODY},
    "POST /v1/erasures/{erasure_id}/actions/confirm": None,
    "POST /fhir/R4/Subscription": FHIR,
    "PUT /fhir/R4/Subscription/{subscription_id}": FHIR,
    "DELETE /fhir/R4/Subscription/{subscription_id}": None,
}
READS = frozenset(
    {
        "GET /v1/cases",
        "GET /v1/cases/changes",
        "GET /v1/clients",
        "GET /v1/clients/{client_id}",
        "GET /v1/clients/{client_id}/changes",
        "GET /v1/case-exports/cases.csv",
        "GET /v1/case-exports/cases.ndjson",
        "GET /v1/case-exports/dictionary",
        "GET /v1/case-imports",
        "GET /v1/case-imports/{import_id}",
        "GET /v1/case-imports/{import_id}/problems",
        "GET /v1/case-references",
        "GET /v1/cases/{case_id}",
        "GET /v1/cases/{case_id}/parties",
        "GET /v1/cases/{case_id}/records",
        "GET /v1/cases/{case_id}/conflicts",
        "GET /v1/cases/{case_id}/benefits",
        "GET /v1/cases/{case_id}/five-case-summary",
        "GET /v1/cases/{case_id}/history",
        "GET /v1/cases/{case_id}/history/verify",
        "GET /v1/cases/{case_id}/receipts/{entry_hash}",
        "GET /v1/log",
        "GET /v1/log/checkpoint",
        "GET /v1/log/tile/entries/{tile}",
        "GET /v1/log/tile/{level}/{tile}",
        "GET /v1/cases/{case_id}/retention",
        "GET /v1/cases/{case_id}/holds",
        "GET /v1/disposals",
        "GET /v1/retention-schedule",
        "GET /v1/personal-erasures",
        "GET /v1/personal-erasures/{personal_erasure_id}",
        "GET /v1/subject-access-requests",
        "GET /v1/subject-access-requests/{access_request_id}",
        "GET /v1/personal-data-reads",
        "GET /v1/data-protection-complaints",
        "GET /v1/data-protection-complaints/{complaint_id}",
        "GET /v1/cases/{case_id}/documents",
        "GET /v1/cases/{case_id}/documents/{document_id}",
        "GET /v1/cases/{case_id}/documents/{document_id}/content",
        "GET /v1/cases/{case_id}/bundle",
        "GET /v1/bundle-keys",
        "GET /v1/bodies",
        "GET /v1/bodies/{reference}",
        "GET /v1/bodies/{reference}/rules",
        "GET /v1/recommendations",
        "GET /v1/recommendations/{recommendation_id}",
        "GET /v1/cases/{case_id}/barriers",
        "GET /v1/barriers",
        "GET /v1/barriers/counts",
        "GET /v1/barriers/{barrier_id}",
        "GET /v1/decisions",
        "GET /v1/decisions/{decision_id}",
        "GET /v1/deadlines",
        "GET /v1/worklist",
        "GET /v1/cases/{case_id}/deadlines",
        "GET /v1/processes",
        "GET /v1/processes/{route}/versions/{version}",
        "GET /v1/procurement/codes",
        "GET /v1/procurement/regime",
        "GET /v1/procurement/awards",
        "GET /v1/procurement/awards/{award_id}",
        "GET /v1/adviser-networks",
        "GET /v1/adviser-networks/{network_id}",
        "GET /v1/advisers",
        "GET /v1/advisers/{adviser_id}",
        "GET /v1/matching-rules",
        "GET /v1/resources",
        "GET /v1/resources/{resource_id}",
        "GET /v1/open-referral",
        "GET /v1/open-referral/imports",
        "GET /v1/open-referral/services",
        "GET /v1/open-referral/services/{record_id}",
        "GET /v1/open-referral/service_at_locations",
        "GET /v1/open-referral/service_at_locations/{record_id}",
        "GET /v1/open-referral/taxonomies",
        "GET /v1/open-referral/taxonomies/{record_id}",
        "GET /v1/open-referral/taxonomy_terms",
        "GET /v1/open-referral/taxonomy_terms/{record_id}",
        "GET /v1/support-requests",
        "GET /v1/support-requests/{request_id}",
        "GET /v1/engagements",
        "GET /v1/engagements/{engagement_id}",
        "GET /v1/engagements/{engagement_id}/sessions",
        "GET /v1/engagements/{engagement_id}/sessions/{session_id}",
        "GET /v1/engagements/{engagement_id}/goals",
        "GET /v1/engagements/{engagement_id}/goals/{goal_id}",
        "GET /v1/engagements/{engagement_id}/feedback",
        "GET /v1/follow-ups",
        "GET /v1/support-erasures",
        "GET /v1/support-erasures/{support_erasure_id}",
        "GET /v1/support-requests/{request_id}/entitlement",
        "GET /v1/support-requests/{request_id}/needs",
        "GET /v1/support-requests/{request_id}/needs/{need_id}",
        "GET /v1/matching-rounds",
        "GET /v1/matching-rounds/{round_id}",
        "GET /v1/matching-rounds/{round_id}/certificate",
        "GET /v1/matching-rounds/{round_id}/fairness",
        "GET /v1/matching-rounds/{round_id}/repairs",
        "GET /v1/matching-rounds/{round_id}/repairs/{repair_id}",
        "GET /v1/matching-rounds/{round_id}/repairs/{repair_id}/document",
        "GET /v1/matching-rounds/{round_id}/overrides",
        "GET /v1/matching-rounds/{round_id}/overrides/{override_id}",
        "GET /v1/statistics",
        "GET /v1/statistics/months/{month}",
        "GET /v1/statistics/years/{year}",
        "GET /v1/open-data",
        "GET /v1/open-data/dictionary",
        "GET /v1/open-data/decisions-{year}.csv",
        "GET /v1/open-data/decisions-{year}.json",
        "GET /v1/open-data/figures.csv",
        "GET /v1/open-data/figures.json",
        "GET /v1/fairness",
        "GET /v1/fairness/bounds",
        "GET /v1/grant-exports/360giving.csv",
        "GET /v1/grant-exports/360giving.json",
        "GET /v1/grant-givers",
        "GET /v1/grant-statistics",
        "GET /v1/grants",
        "GET /v1/grants/{grant_id}",
        "GET /v1/notices",
        "GET /v1/notices/{ocid}",
        "GET /v1/contract-endings",
        "GET /v1/case-notices/{case_id}",
        "GET /v1/directory-keepers",
        "GET /v1/funders",
        "GET /v1/funders/changes",
        "GET /v1/funders/{funder_id}",
        "GET /v1/funders/{funder_id}/versions",
        "GET /v1/funders/{funder_id}/versions/{version}",
        "GET /v1/programmes",
        "GET /v1/programmes/{programme_id}",
        "GET /v1/programmes/{programme_id}/versions",
        "GET /v1/programmes/{programme_id}/versions/{version}",
        "GET /v1/finance-open-referral",
        "GET /v1/finance-open-referral/services",
        "GET /v1/finance-open-referral/services/{record_id}",
        "GET /v1/finance-open-referral/service_at_locations",
        "GET /v1/finance-open-referral/service_at_locations/{record_id}",
        "GET /v1/finance-open-referral/taxonomies",
        "GET /v1/finance-open-referral/taxonomies/{record_id}",
        "GET /v1/finance-open-referral/taxonomy_terms",
        "GET /v1/finance-open-referral/taxonomy_terms/{record_id}",
        "GET /v1/products",
        "GET /v1/products/changes",
        "GET /v1/products/closing-dates.atom",
        "GET /v1/products/closing-dates.ics",
        "GET /v1/products/search",
        "GET /v1/saved-searches",
        "GET /v1/saved-searches/{search_id}",
        "GET /v1/common-grants/opportunities",
        "GET /v1/common-grants/opportunities/{product_id}",
        "GET /v1/products/{product_id}",
        "GET /v1/products/{product_id}/versions",
        "GET /v1/products/{product_id}/versions/{version}",
        "GET /v1/shortlists",
        "GET /v1/shortlists/{case_id}",
        "GET /v1/shortlists/{case_id}/editions",
        "GET /v1/shortlists/{case_id}/editions/{edition}",
        "GET /.well-known/jwks.json",
        "GET /.well-known/oauth-authorization-server",
        "GET /v1/events",
        "GET /v1/events/stream",
        "GET /v1/subscriptions",
        "OPTIONS /v1/subscriptions",
        "GET /v1/subscriptions/{subscription_id}",
        "OPTIONS /v1/subscriptions/{subscription_id}",
        "GET /v1/subscriptions/consents/{token}",
        "GET /v1/subscriptions/{subscription_id}/deliveries",
        "GET /v1/subscriptions/{subscription_id}/deliveries/{event_id}/attempts",
        "GET /v1/subscriptions/{subscription_id}/dead-letters",
        "GET /v1/subscriptions/{subscription_id}/gaps",
        "GET /v1/subscriptions/{subscription_id}/health",
        "GET /v1/subscriptions/{subscription_id}/keys",
        "GET /v1/erasures/{erasure_id}",
        "GET /fhir/R4/Subscription",
        "GET /fhir/R4/Subscription/{subscription_id}",
        "GET /fhir/R4/metadata",
        "GET /fhir/R4/StructureDefinition/{extension}",
        "GET /fhir/StructureDefinition/{extension}",
        "GET /v1/traces/{correlation_id}",
    }
)
FINITE = "GET /v1/events/stream"
"""Its answer goes on; the sweep's platform ends it soon."""
ELSEWHERE = {
    f"GET /v1/shortlists/{{case_id}}{more}": {"case_id": "shortlist"}
    for more in ("", "/editions", "/editions/{edition}")
} | {"GET /v1/case-notices/{case_id}": {"case_id": "shortlist"}}
"""Where a parameter leads to another thing than its name says."""
ASKED_FOR: Mapping[str, tuple[str, str]] = {
    "GET /v1/cases": ("number", "number"),
    "GET /v1/deadlines": ("caseId", "case_id"),
    "GET /v1/support-requests": ("case", "case_id"),
    "GET /v1/shortlists": ("case", "case_id"),
    "GET /v1/events": ("subscription", "subscription_id"),
    "GET /v1/events/stream": ("subscription", "subscription_id"),
}
"""Parameters of queries that name a thing, and what they lead to."""
IN_THE_OPEN = {
    "reference",
    "rule",
    "award_id",
    "recommendation_id",
    "decision_id",
    "adviser_id",
    "network_id",
    "resource_id",
    "record_id",
    "month",
    "year",
    "level",
    "tile",
    "product_id",
    "funder_id",
    "programme_id",
    "organisation",
    "grant_id",
    "ocid",
    "route",
    "version",
    "days",
    "edition",
    "extension",
}
"""Parameters that lead to what everybody may know, whom its scopes let ask."""
NOT_LISTED = {"token"}
"""Parameters that nobody can look up: the sink of one subscription alone was told it."""


@dataclass(frozen=True)
class Operation:
    """An operation as the document has it, with the body it is called with."""

    key: str
    method: str
    path: str
    leads_to: tuple[str, ...]
    """What its path's parameters lead to, in their order."""
    takes: frozenset[str]
    """Names of its other parameters."""
    scopes: frozenset[str]
    body: Body

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "OPTIONS")

    def fill(self, parameters: Mapping[str, str]) -> str:
        names = ELSEWHERE.get(self.key, {})
        path = self.path
        for name, said in parameters.items():
            path = path.replace("{" + next((at for at, to in names.items() if to == name), name) + "}", said)
        assert "{" not in path, path
        return path


def list_described() -> dict[str, Body]:
    """Return every operation that the sweep can call, with its body."""
    return {**dict.fromkeys(READS), **WRITES, **dict(_list_actions())}


def _list_actions() -> Iterator[tuple[str, Body]]:
    """Every action of every process, with what a process that has it is given."""
    for process in NEWEST_PROCESSES:
        for action in process.actions:
            payload = attempt(process, action.name).payload
            given = payload.model_dump(mode="json", by_alias=True, exclude_unset=True) if payload else None
            yield f"POST /v1/cases/{{case_id}}/actions/{action.name}", given


def list_documented(document: Json) -> dict[str, Json]:
    """Return every operation of an OpenAPI document by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def read_operations(document: Json) -> list[Operation]:
    described = list_described()
    return [_read(key, operation, described[key]) for key, operation in list_documented(document).items()]


def _read(key: str, operation: Json, body: Body) -> Operation:
    method, _, path = key.partition(" ")
    parameters = operation.get("parameters", [])
    inside = [each["name"] for each in parameters if each["in"] == "path"]
    names = ELSEWHERE.get(key, {})
    return Operation(
        key=key,
        method=method,
        path=path,
        leads_to=tuple(names.get(each, each) for each in inside),
        takes=frozenset(each["name"] for each in parameters if each["in"] != "path"),
        scopes=frozenset(
            scope for each in operation.get("security", []) for scopes in each.values() for scope in scopes
        ),
        body=body,
    )
