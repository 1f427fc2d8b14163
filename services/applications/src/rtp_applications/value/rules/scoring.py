"""Scores by criteria that money does not measure, and the weights at which another option would score best."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rtp_applications.value.rules.discounting import round_to
from rtp_applications.value.rules.question import WHOLE_WEIGHT, AppraisalQuestion, AppraisedOption


@dataclass(frozen=True, slots=True)
class Tipping:
    """A criterion whose weight decides who scores best: at this weight another option draws level."""

    criterion: str
    weight: Decimal
    option: str


def score(option: AppraisedOption, weights: Mapping[str, Fraction]) -> Decimal | None:
    return round_to(_weigh(option, weights)) if weights else None


def _weigh(option: AppraisedOption, weights: Mapping[str, Fraction]) -> Fraction:
    return sum((weight * option.scores[name] / WHOLE_WEIGHT for name, weight in weights.items()), Fraction(0))


def list_tipping(question: AppraisalQuestion) -> list[Tipping]:
    """List for each criterion the nearest weight at which another option draws level with the best.

    The weights of the others keep their proportions. With one criterion there is nothing to weigh.
    """
    if len(question.criteria) < 2:
        return []
    weights = {each.id: Fraction(each.weight) for each in question.criteria}
    best = min(question.options, key=lambda option: (-_weigh(option, weights), option.id))
    found = []
    for name, weight in weights.items():
        levels = [
            (abs(level - weight), level, other.id)
            for other in question.options
            if other is not best and (level := _find_level(best, other, name, weights)) is not None
        ]
        if levels:
            _, level, other_id = min(levels)
            found.append(Tipping(name, round_to(level), other_id))
    return found


def _find_level(
    best: AppraisedOption, other: AppraisedOption, name: str, weights: Mapping[str, Fraction]
) -> Fraction | None:
    """Return the weight of a criterion, of 100, at which both score the same; None where there is none."""
    rest = {each: weight for each, weight in weights.items() if each != name}
    scale = WHOLE_WEIGHT / sum(rest.values(), Fraction(0))
    rest_lead = (_weigh(best, rest) - _weigh(other, rest)) * scale
    own_lead = Fraction(best.scores[name] - other.scores[name])
    if rest_lead == own_lead:
        return None
    level = WHOLE_WEIGHT * rest_lead / (rest_lead - own_lead)
    return level if 0 <= level <= WHOLE_WEIGHT else None
