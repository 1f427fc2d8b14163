"""What the operator sets of matching: read from the settings, published, and used."""

import pytest
from pydantic import ValidationError

from rtp_advice_matching.constraints import IN_WORDS, Ground, match_languages
from rtp_advice_matching.matching import WEIGHTS
from rtp_advice_matching.settings import AdviceSettings
from tests.conftest import NewClient

DATABASE = "postgresql://user:pw@host/db"


def read_settings(monkeypatch: pytest.MonkeyPatch, **said: str) -> AdviceSettings:
    for name, value in {"DATABASE_URL": DATABASE, **said}.items():
        monkeypatch.setenv(f"RTP_{name}", value)
    return AdviceSettings()


def test_the_operator_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = '{"legal-form": 0, "topics": 50, "sector": 20, "region": 10, "stage": 10, "capacity": 10}'
    settings = read_settings(
        monkeypatch, MATCHING_WEIGHTS=weights, MATCHING_POINTS_PER_WEEK="3", MATCHING_HOURS_EACH="4"
    )
    rules = settings.read_matching_rules()
    assert list(rules.weights) == list(WEIGHTS), "whatever order they come in, a score's parts keep theirs"
    assert (rules.weights["topics"], rules.hours_each) == (50, 4)
    assert (rules.points_per_week, rules.points_for_waiting) == (3, 20)


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        ('{"topics": 100}', "names each of"),
        (
            '{"legal-form": 1, "topics": 50, "sector": 20, "region": 10, "stage": 10, "capacity": 10}',
            "100 points",
        ),
        ('{"legal-form": -10, "topics": 60, "sector": 20, "region": 10, "stage": 10, "capacity": 10}', "below zero"),
        ('{"luck": 0, "topics": 50, "sector": 20, "region": 10, "stage": 10, "capacity": 10}', "luck"),
    ],
)
def test_what_makes_no_whole_score_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, weights: str, fault: str
) -> None:
    with pytest.raises(ValidationError, match=fault):
        read_settings(monkeypatch, MATCHING_WEIGHTS=weights)


@pytest.mark.anyio
async def test_they_are_published_for_everybody(new_client: NewClient) -> None:
    for reader in (await new_client(), await new_client(scopes="bodies:read")):
        answer = await reader.get("/v1/matching-rules")
        assert answer.status_code == 200, answer.text
        rules = answer.json()
        assert rules["weights"] == WEIGHTS
        assert (rules["pointsPerWeek"], rules["pointsForWaiting"], rules["hoursEach"], rules["proposedAtMost"]) == (
            2,
            20,
            2,
            3,
        )
        grounds = [each["ground"] for each in rules["constraints"]]
        assert grounds == [each for each in Ground if each is not Ground.OTHERS_COME_FIRST]
    assert IN_WORDS.keys() == set(Ground)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("cy", "cy-GB", True),
        ("EN-gb", "en", True),
        ("en-GB", "en-US", False),
        ("zh-Hant", "zh", True),
        ("c", "cy", False),
        ("en", "cy", False),
    ],
)
def test_a_language_is_the_same_where_one_tag_begins_with_the_other(one: str, other: str, same: bool) -> None:
    assert (match_languages(one, other), match_languages(other, one)) == (same, same)
