"""An options appraisal: what each option is worth beside carrying on as now, how it scores, and what would change that.

A pure rule after HM Treasury's Green Book. All money is whole pence; a total is the sum of the figures shown, so that
anybody can add them up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rtp_applications.value.rules.discounting import round_to
from rtp_applications.value.rules.effects import (
    Effect,
    EffectKind,
    Money,
    compute_budget_year,
    compute_present_value,
)
from rtp_applications.value.rules.question import AppraisalQuestion, AppraisedOption
from rtp_applications.value.rules.scoring import Tipping, list_tipping, score
from rtp_applications.workflow.enums import OptionKind


@dataclass(frozen=True, slots=True)
class EffectValue:
    """An effect's worth, and how far the option depends on it."""

    name: str
    present_value_pence: int
    low_npv_pence: int | None
    """The option's net present value where the effect turns out as low as it may; None where no range is given."""
    high_npv_pence: int | None
    switching_percent: Decimal | None
    """By how much the effect must change, in percent, for the option to be worth no more than carrying on as now."""


@dataclass(frozen=True, slots=True)
class OptionValue:
    """What an option is worth."""

    id: str
    benefits_pence: int
    costs_pence: int
    npv_pence: int
    """Net present social value: benefits less costs."""
    gain_pence: int
    """Net present value above that of carrying on as now."""
    benefit_cost_ratio: Decimal | None
    """More benefit for each pound of more cost, against carrying on as now; None where it costs no more."""
    budget_pence: tuple[int, ...]
    """Year by year what the body's budget receives, or pays (negative), in prices of the year and with VAT."""
    score: Decimal | None
    effects: tuple[EffectValue, ...]

    @property
    def budget_total_pence(self) -> int:
        return sum(self.budget_pence)


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The appraisal of all options."""

    options: tuple[OptionValue, ...]
    by_value: tuple[str, ...]
    """Ids, the highest net present value first."""
    by_score: tuple[str, ...]
    """Ids, the highest score first; empty where there are no criteria."""
    tipping: tuple[Tipping, ...]
    unsourced: tuple[str, ...]
    """Figures without a source, as option and effect."""
    remarks: tuple[str, ...]


def appraise(question: AppraisalQuestion) -> Appraisal:
    """Appraise the options against each other."""
    effects = [(option, effect) for option in question.options for effect in option.effects]
    years = max((len(effect.years) for _, effect in effects), default=1)
    worths = {option.id: _value_effects(option, question.money) for option in question.options}
    base = _sum_worths(question.baseline, worths[question.baseline.id])
    options = tuple(_appraise_option(each, question, base, worths[each.id], years) for each in question.options)
    scored = [(-each.score, each.id) for each in options if each.score is not None]
    unsourced = [f"{option.id}: {effect.name}" for option, effect in effects if not effect.source]
    return Appraisal(
        options,
        tuple(each.id for each in sorted(options, key=lambda each: (-each.npv_pence, each.id))),
        tuple(id_ for _, id_ in sorted(scored)),
        tuple(list_tipping(question)),
        tuple(unsourced),
        tuple(_list_remarks(question)),
    )


def _value_effects(option: AppraisedOption, money: Money) -> Sequence[int]:
    """Return the present value of each effect of an option."""
    return [compute_present_value(effect, money) for effect in option.effects]


def _sum_worths(option: AppraisedOption, worths: Sequence[int]) -> Mapping[EffectKind, int]:
    """Return the present benefits and costs of an option, both as positive pence."""
    valued = list(zip(option.effects, worths, strict=True))
    return {kind: abs(sum(worth for effect, worth in valued if effect.kind is kind)) for kind in EffectKind}


def _appraise_option(
    option: AppraisedOption,
    question: AppraisalQuestion,
    base: Mapping[EffectKind, int],
    worths: Sequence[int],
    years: int,
) -> OptionValue:
    values = _sum_worths(option, worths)
    npv = values[EffectKind.BENEFIT] - values[EffectKind.COST]
    gain = npv - (base[EffectKind.BENEFIT] - base[EffectKind.COST])
    more_cost = values[EffectKind.COST] - base[EffectKind.COST]
    more_benefit = values[EffectKind.BENEFIT] - base[EffectKind.BENEFIT]
    money = question.money
    return OptionValue(
        option.id,
        values[EffectKind.BENEFIT],
        values[EffectKind.COST],
        npv,
        gain,
        round_to(Fraction(more_benefit, more_cost)) if more_cost > 0 else None,
        tuple(sum(compute_budget_year(effect, year, money) for effect in option.effects) for year in range(years)),
        score(option, {each.id: Fraction(each.weight) for each in question.criteria}),
        tuple(_explain_effect(*each, npv=npv, gain=gain) for each in zip(option.effects, worths, strict=True)),
    )


def _explain_effect(effect: Effect, present: int, *, npv: int, gain: int) -> EffectValue:
    ranged = effect.low_percent != 0 or effect.high_percent != 0
    return EffectValue(
        effect.name,
        present,
        npv + _take_percent(present, effect.low_percent) if ranged else None,
        npv + _take_percent(present, effect.high_percent) if ranged else None,
        round_to(Fraction(-gain * 100, present)) if present else None,
    )


def _take_percent(pence: int, percent: int) -> int:
    part = Fraction(abs(pence) * percent, 100)
    return int(round_to(part, "1")) * (1 if pence > 0 else -1)


def _list_remarks(question: AppraisalQuestion) -> list[str]:
    kinds = {option.kind for option in question.options}
    remarks = []
    if OptionKind.IN_HOUSE_IMPROVEMENT not in kinds:
        remarks.append("No option improves the service in house: a decider will ask for one.")
    if OptionKind.OUTSOURCE not in kinds:
        remarks.append("No option has another provider run the service: say why, if that was looked at.")
    costs = [effect for option in question.options for effect in option.effects if effect.kind is EffectKind.COST]
    if costs and not any(effect.optimism_bias_percent for effect in costs):
        remarks.append("No cost has an allowance for optimism bias, which the Green Book asks for.")
    return remarks
