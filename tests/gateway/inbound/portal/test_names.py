"""Names of the merged OpenAPI document: operations like those of a library, schemas that say what they are."""

import re
from collections import Counter

import pytest

from rtp_gateway.inbound.portal.named import ACTIONS, OPERATIONS, SCHEMAS, VERBS
from rtp_gateway.inbound.portal.names import LONGEST_SUMMARY, name_operation, name_schema, split_verb, summarise
from tests.gateway.inbound.portal.test_answers import operations
from tests.support.documented import read_document

SERVICES = ("Applications", "AdviceMatching", "FinanceDirectory", "Gateway")


def test_every_operation_is_a_verb_and_a_noun_and_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]+)+", name)] == []
    assert [name for name in names if split_verb(name) not in VERBS] == [], "add the verb, if it says what is done"
    assert [name for name in names if len(name) > 40] == []


def test_a_summary_is_a_short_imperative_sentence() -> None:
    for _, _, operation in operations():
        summary = operation["summary"]
        assert len(summary) <= LONGEST_SUMMARY, summary
        assert summary[0].isupper(), summary
        assert summary[-1] not in ".:;,", summary
        assert summary.split()[0].lower() in VERBS, summary


def test_no_schema_is_named_by_generics_or_by_a_service_and_few_have_one_word() -> None:
    schemas = read_document()["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name)] == []
    assert [name for name in schemas if name.startswith(SERVICES)] == [], "name it in portal/named.py"
    assert not {"Kind", "Nothing", "Rule", "State", "Link", "Entry", "Filter", "Change"} & schemas.keys()
    assert [name for name, schema in schemas.items() if schema["title"] not in (name, name.removesuffix("View"))] == []


def test_every_entry_of_the_tables_names_something() -> None:
    document = read_document()
    names = {operation["operationId"] for _, _, operation in operations()}
    assert set(ACTIONS.values()) | set(OPERATIONS.values()) <= names
    assert set(SCHEMAS.values()) <= document["components"]["schemas"].keys()


@pytest.mark.parametrize(
    ("path", "route", "name"),
    [
        ("/v1/cases/{case_id}/actions/begin-review", "begin-review-case", "beginReview"),
        ("/v1/cases/{case_id}/actions/submit", "submit-case", "submitExpressionOfInterest"),
        ("/v1/cases", "list-cases", "listCases"),
        ("/v1/subscriptions/{subscription_id}/actions/pause", "pause", "pauseSubscription"),
    ],
)
def test_names_of_operations(path: str, route: str, name: str) -> None:
    assert name_operation(path, route) == name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Page_AwardView_", "AwardPage"),
        ("Page_WorkLine_", "WorkPage"),
        ("Kind", "ActionKind"),
        ("CaseView", "CaseView"),
    ],
)
def test_names_of_schemas(name: str, wanted: str) -> None:
    assert name_schema(name) == wanted


@pytest.mark.parametrize(
    ("operation", "description", "summary"),
    [
        ("openCase", "Open a case as a draft.\n\nMore.", "Open a case as a draft"),
        ("beginReview", "Eligible and complete: review begins.", "Begin review"),
        ("replaceSubscription", "Change all of it; a member left out is none.", "Replace subscription"),
        ("recordTupeConsultation", "It is on file.", "Record TUPE consultation"),
        ("callInDecision", "Scrutiny calls the decision in.", "Call in decision"),
        ("openCase", "Open " + "very " * 30 + "long.", "Open case"),
    ],
)
def test_summaries(operation: str, description: str, summary: str) -> None:
    assert summarise(operation, description) == summary
