"""The rules of the 360Giving Data Standard 1.4 for a package of grants."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

from rtp_finance_directory.conformance.findings import ConformanceFinding, Fetch, RulesOf
from rtp_finance_directory.conformance.schema import Schema, Validator

PATH = "/v1/grant-exports/360giving.json"
RULES = RulesOf("360Giving 1.4")
THERE = "a package of grants is there, as JSON"


async def check_three_sixty(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Ask for the package of all grants, and hold it against the standard."""
    answer = await fetch(PATH)
    if answer.status != 200:
        yield RULES.skip(THERE, f"it answers {answer.status}: it has no grants, or does not speak the standard")
        return
    try:
        package = json.loads(answer.content)
    except ValueError:
        yield RULES.judge(THERE, ["it is no JSON"])
        return
    for finding in judge_package(package):
        yield finding


def judge_package(package: Any) -> list[ConformanceFinding]:
    """Judge a package by each rule."""
    problems = list(_build_validator().find_problems(_read("360-giving-package-schema.json"), package))
    found = [RULES.judge("the package is valid by the schema", problems)]
    if problems:
        return found
    ids = Counter(grant["id"] for grant in package["grants"])
    twice = [f"{name} is there {number} times" for name, number in ids.items() if number > 1]
    unnamed = [name for name in ids if not name.startswith("360G-")]
    return [
        *found,
        RULES.judge("no two grants have one id", twice),
        RULES.judge("ids begin with a registered prefix", [f"{name} does not" for name in unnamed]),
        RULES.require("the package says its version", package.get("version") == "1.4", "it does not say 1.4"),
    ]


def _build_validator() -> Validator:
    # The package that is published names the grant's schema of the version before.
    grant = _read("360-giving-schema.json")
    named = _read("360-giving-package-schema.json")["properties"]["grants"]["items"]["$ref"]
    return Validator(grant, {named: grant})


def _read(name: str) -> Schema:
    schema: Schema = json.loads((files("rtp_finance_directory") / "reference" / "360giving" / name).read_text("utf-8"))
    return schema
