"""No body asks for special categories of personal data (UK GDPR Article 9), or for patients' data: none are needed.

Where a field may sound like it, what it is of is said here. A new one is refused by this test, or told apart.
"""

import json
import re
from pathlib import Path

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi/right-to-provide.json").read_text())
SPECIAL = re.compile(
    r"union|religi|faith|belief|ethnic|racial|^race|health|disab|sexual|gender|biometric|genetic|politic|patient|"
    r"diagnos|birth|medical|pregnan|marital|crimin|conviction|accessNeeds",
    re.IGNORECASE,
)
OF_NO_PERSON = {
    "forHealthService": "a procurement",
    "healthCarePence": "the part of a contract's value",
    "patientChoice": "a process of the Provider Selection Regime",
    "relevantHealthCareService": "a service",
    "accessNeeds": "what an adviser offers, and what a whole group asks for: never one person of it",
    "diagnostics": "an answer of the FHIR interface",
    "disabledAt": "a subscription",
}


def list_fields() -> set[str]:
    return {name for schema in DOCUMENT["components"]["schemas"].values() for name in schema.get("properties", {})}


def test_no_body_asks_for_special_categories_of_personal_data() -> None:
    found = {name for name in list_fields() if SPECIAL.search(name)}
    assert found <= OF_NO_PERSON.keys(), f"refuse {sorted(found - OF_NO_PERSON.keys())}, or say here what they are of"


def test_what_is_excused_is_there() -> None:
    assert OF_NO_PERSON.keys() <= list_fields()
