"""The glossary holds every public class of the product, and one name has one meaning."""

import re
from collections import defaultdict
from pathlib import Path

from rtp_operations.class_list import list_public_classes

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text()
SAME_MEANING = {
    "Model",  # the base of a service's tables, one a service
    "Decision",  # an earlier version of a process has it with fewer words
    "Person", "NotThatPerson",  # two persons of ADR 11, in services that are strangers
    "NotAnEvent", "Event", "Unusable",  # the verifier imports nothing of ours, and has words of its own for the same
}  # fmt: skip
ON_THE_WIRE = {"Ground", "Rule"}
"""Names of schemas in the OpenAPI document, which stay: reasons to refuse and to pass over; of a body, of a product."""


def test_every_public_class_stands_in_the_glossary() -> None:
    named = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"`([^`]+)`", GLOSSARY))))
    assert [each.__qualname__ for each in list_public_classes() if each.__name__ not in named] == []


def test_one_class_name_has_one_meaning() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for each in list_public_classes():
        modules[each.__name__].append(each.__module__)
    repeated = {name: where for name, where in modules.items() if len(where) > 1}
    assert repeated.keys() <= SAME_MEANING | ON_THE_WIRE, repeated
