"""The checks of releases, held against the published schema by an outside judge on values of many kinds."""

import json
from copy import deepcopy
from typing import Any

import jsonschema

from rtp_finance_directory.notices.standard.checks import build_check
from rtp_finance_directory.notices.standard.problems import REMARKS
from rtp_finance_directory.notices.standard.schema import read_schema, read_standard
from tests.finance_directory.notices.conftest import REAL, make_award, make_release

VALUES: list[Any] = [
    None, "", "a", " ", "GBP", "active", "2025-01-01", "2025-01-01T00:00:00Z", "2025-13-01T00:00:00Z", "not a uri",
    "https://a.example/b", 0, -1, 3, 1.5, True, False, [], ["a"], [None], [{}], {}, {"id": "1"},
    [{"id": "1"}, {"id": "1"}],
]  # fmt: skip


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *list_places(item, (*path, key)))]


def put(release: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(release)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def test_a_release_passes_exactly_where_it_passes_the_schema() -> None:
    judge = jsonschema.Draft4Validator(read_schema(), format_checker=jsonschema.FormatChecker(["date-time", "uri"]))
    release = {**make_award(), "tender": make_release()["tender"], "language": "en", "relatedProcesses": []}
    assert judge.is_valid(release)
    judged = {True: 0, False: 0}
    for number, path in enumerate(list_places(release)):
        for value in VALUES[number % 4 :: 4]:
            changed = put(release, path, value)
            ours = not [each for each in build_check()(changed) if each.rule not in REMARKS]
            theirs = judge.is_valid(changed)
            assert ours == theirs, (path, value)
            judged[theirs] += 1
    assert min(judged.values()) > 50


def test_the_standard_alone_takes_what_is_taken() -> None:
    """What is read of extensions makes the schema stricter, and never laxer."""
    judge = jsonschema.Draft4Validator(read_standard(), format_checker=jsonschema.FormatChecker(["date-time", "uri"]))
    for release in (make_release(), make_award(), *json.loads(REAL.read_text("utf-8"))):
        taken = not [each for each in build_check()(release) if each.rule not in REMARKS]
        assert taken == judge.is_valid(release)
