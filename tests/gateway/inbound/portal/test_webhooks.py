"""Examples of the document that are made from contracts: of events at a sink, and of refusals."""

from jsonschema import Draft202012Validator

from rtp_gateway.inbound.portal.answers import SHOWN
from rtp_shared.contracts import catalogue
from rtp_shared.contracts.problems import Problem
from tests.gateway.inbound.portal.test_answers import operations
from tests.support.documented import read_document, resolve


def test_the_webhook_has_an_example_of_every_event_and_each_holds() -> None:
    operation = read_document()["webhooks"]["event"]["post"]
    content = operation["requestBody"]["content"]["application/cloudevents+json"]
    shown = {each["value"]["type"] for each in content["examples"].values()}
    assert shown == set(catalogue())
    for name, example in content["examples"].items():
        Draft202012Validator(content["schema"]).validate(example["value"])
        assert example["value"]["type"].endswith(name)


def test_the_webhook_names_the_headers_that_a_sink_verifies_with() -> None:
    operation = read_document()["webhooks"]["event"]["post"]
    assert {each["name"] for each in operation["parameters"] if each["required"]} >= {
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    assert operation["responses"].keys() >= {"2XX", "410", "429", "503"}


def test_every_refusal_but_a_conflict_has_an_example_of_its_status() -> None:
    found = set()
    for _, path, operation in operations():
        for status, answer in operation["responses"].items():
            content = resolve(answer).get("content", {}).get("application/problem+json")
            if content and int(status) in SHOWN:
                problem = Problem.model_validate(content["example"])
                assert problem.status == int(status), path
                found.add(int(status))
    assert found == set(SHOWN)
