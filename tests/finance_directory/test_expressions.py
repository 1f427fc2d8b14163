"""Three-valued expressions: Kleene's laws, and that what is asked is just what is missing."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rtp_finance_directory.areas import NAMES
from rtp_finance_directory.eligibility.rules.findings import Outcome
from rtp_finance_directory.eligibility.rules.further import judge_requirement, word_requirement
from rtp_finance_directory.requirements.expressions import Expression, Known, evaluate, list_facts, list_open_facts
from rtp_finance_directory.requirements.models import Requirement
from rtp_finance_directory.vocabulary import BOUNDS, Fact
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.validation import describe_failure

law = settings(deadline=None)
WORDS: dict[Fact, Sequence[str]] = {
    Fact.SECTOR: [*Sector],
    Fact.REGION: [code for code in NAMES if code.startswith("E12")],
    Fact.AREA: ["E10000016", "E10000014"],
    Fact.LEGAL_FORM: [*LegalForm],
    Fact.PURPOSES: [*FinancePurpose],
}


@st.composite
def comparisons(draw: st.DrawFn, fact: Fact) -> dict[str, Any]:
    if fact in WORDS:
        some = draw(st.lists(st.sampled_from(WORDS[fact]), min_size=1, max_size=2, unique=True))
        one = len(some) == 1 and fact is not Fact.PURPOSES and draw(st.booleans())
        return {"fact": fact, "comparator": "equals" if one else "one-of", "value": some[0] if one else some}
    least, most = BOUNDS[fact]
    value = draw(st.integers(least + 1, min(most, 200) - 1))
    comparator = draw(st.sampled_from(["equals", "at-least", "at-most", "between"]))
    return {"fact": fact, "comparator": comparator, "value": [value, value + 1] if comparator == "between" else value}


@st.composite
def trees(draw: st.DrawFn, facts: Sequence[Fact]) -> dict[str, Any]:
    """Draw an expression that speaks of each of the facts once."""
    if draw(st.integers(0, 4)) == 0:
        return {"not": draw(trees(facts))} if len(facts) < 3 else {"all": draw(_parts(facts))}
    if len(facts) == 1:
        return draw(comparisons(facts[0]))
    return {draw(st.sampled_from(["all", "any"])): draw(_parts(facts))}


@st.composite
def _parts(draw: st.DrawFn, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    at = draw(st.integers(1, len(facts) - 1))
    return [draw(trees(facts[:at])), draw(trees(facts[at:]))]


SOME_FACTS = st.lists(st.sampled_from(Fact), min_size=1, max_size=4, unique=True)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    facts = draw(SOME_FACTS)
    when = facts[1:] if len(facts) > 1 and draw(st.booleans()) else None
    written = {
        "code": draw(st.sampled_from(["a", "b", "c", "d"])),
        "when": _shallow(draw(trees(when))) if when else None,
        "requires": _shallow(draw(trees(facts[:1] if when else facts))),
        "reason": "It asks for something.",
        "source": "Made up",
    }
    return Requirement.model_validate(written)


def _shallow(tree: dict[str, Any], depth: int = 1) -> dict[str, Any]:
    """Leave out `not` of `not`, so that nothing is nested too deep."""
    while "not" in tree and "not" in tree["not"]:
        tree = tree["not"]["not"]
    return {
        name: [_shallow(part) for part in value]
        if name in ("all", "any")
        else _shallow(value)
        if name == "not"
        else value
        for name, value in tree.items()
    }


REQUIREMENTS = requirements()


def answers_of(fact: Fact, expression: Expression) -> list[Known]:
    """Return one answer that passes the fact's comparison, and one that does not."""
    comparison = next(each for each in walk(expression) if each.fact is fact)
    value = comparison.value
    named = value if isinstance(value, tuple) else (value,)
    if fact in WORDS:
        other = next(word for word in [*WORDS[fact], "E10000003"] if word not in named)
        return [(named[0],), (other,)] if fact is Fact.PURPOSES else [str(named[0]), other]  # type: ignore[list-item]
    least, most = BOUNDS[fact]
    numbers = {least, most, *(each + step for each in named if isinstance(each, int) for step in (-1, 0, 1))}
    possible = [each for each in numbers if least <= each <= most]
    passing = [each for each in possible if evaluate(comparison, {fact: each})]
    failing = [each for each in possible if not evaluate(comparison, {fact: each})]
    return [passing[0], failing[0]]


def walk(expression: Expression) -> list[Expression]:
    return [expression, *(each for part in expression.parts for each in walk(part))]


def list_completions(expression: Expression, facts: Sequence[Fact]) -> list[dict[Fact, Known]]:
    answers = [answers_of(fact, expression) for fact in facts]
    return [dict(zip(facts, each, strict=True)) for each in itertools.product(*answers)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Expression, dict[Fact, Known]]:
    """Draw an expression and facts of which any may be missing."""
    expression = Expression.model_validate(_shallow(draw(trees(draw(SOME_FACTS)))))
    said = draw(st.sets(st.sampled_from([*list_facts(expression)])))
    return expression, {fact: draw(st.sampled_from(answers_of(fact, expression))) for fact in said}


@law
@given(cases())
def test_it_is_known_exactly_where_no_missing_fact_could_change_it(case: tuple[Expression, dict[Fact, Known]]) -> None:
    expression, said = case
    missing = [fact for fact in list_facts(expression) if fact not in said]
    ends = {evaluate(expression, {**said, **more}) for more in list_completions(expression, missing)}
    assert evaluate(expression, said) == (ends.pop() if len(ends) == 1 else None)


@law
@given(cases())
def test_what_is_asked_settles_and_no_set_without_one_of_them_does(case: tuple[Expression, dict[Fact, Known]]) -> None:
    expression, said = case
    missing = [fact for fact in list_facts(expression) if fact not in said]

    def settle(facts: Sequence[Fact]) -> bool:
        return all(evaluate(expression, {**said, **more}) is not None for more in list_completions(expression, facts))

    asked = set(list_open_facts(expression, said))
    for size in range(len(missing) + 1):
        for facts in itertools.combinations(missing, size):
            assert settle(facts) == (asked <= set(facts))


@law
@given(cases(), cases())
def test_the_laws_of_kleene_hold(one: tuple[Expression, Any], two: tuple[Expression, Any]) -> None:
    (a, said), (b, more) = one, two
    known: Mapping[Fact, Known] = {**said, **more}

    def value(**form: Any) -> bool | None:
        return evaluate(Expression.model_construct(**form), known)

    not_a, not_b = (Expression.model_construct(not_=each) for each in (a, b))
    order = {False: 0, None: 1, True: 2}
    values = [evaluate(a, known), evaluate(b, known)]
    assert value(all=(a, b)) is min(values, key=order.__getitem__)
    assert value(any=(a, b)) is max(values, key=order.__getitem__)
    assert value(not_=not_a) is values[0]
    assert evaluate(Expression.model_construct(not_=Expression.model_construct(all=(a, b))), known) is value(
        any=(not_a, not_b)
    )


@pytest.mark.parametrize(
    ("comparator", "value"),
    [("equals", "charity"), ("one-of", ["charity", "cooperative-society"])],
)
def test_an_unknown_that_is_compared_stays_unknown(comparator: str, value: object) -> None:
    is_ = Expression.model_validate({"fact": "legalForm", "comparator": comparator, "value": value})
    assert [evaluate(is_, said) for said in ({}, {Fact.LEGAL_FORM: "charity"}, {Fact.LEGAL_FORM: "x"})] == [
        None, True, False,
    ]  # fmt: skip
    is_not = Expression.model_validate({"not": is_.model_dump(by_alias=True, exclude_none=True)})
    assert evaluate(is_not, {}) is None


BIG = {"fact": "annualValuePence", "comparator": "at-least", "value": 50_000_000}
CHARITY = {"fact": "legalForm", "comparator": "equals", "value": "charity"}


def test_a_requirement_of_others_is_not_applicable_and_words_say_so() -> None:
    asked = Requirement.model_validate(
        {
            "code": "big",
            "when": CHARITY,
            "requires": BIG,
            "reason": "Charities show £500,000 a year.",
            "source": "Made up",
        }
    )
    for said, outcome, words in (
        ({}, Outcome.NOT_KNOWN, "It depends on what is not said: your legal form, what the service costs a year."),
        ({Fact.LEGAL_FORM: "charity"}, Outcome.NOT_KNOWN, "what the service costs a year."),
        ({Fact.LEGAL_FORM: "x"}, Outcome.NOT_APPLICABLE, "That is not asked of you."),
        ({Fact.LEGAL_FORM: "charity", Fact.ANNUAL_VALUE: 1}, Outcome.FAILS, "What you say does not meet that."),
        ({Fact.ANNUAL_VALUE: 50_000_000}, Outcome.FITS, "What you say meets that."),
        ({Fact.ANNUAL_VALUE: 1}, Outcome.NOT_KNOWN, "your legal form."),
    ):
        found = judge_requirement(said, asked)  # type: ignore[arg-type]
        assert found.outcome is outcome
        assert word_requirement(asked, found).endswith(words)


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        (
            {"fact": "annualValuePence", "comparator": "one-of", "value": [1]},
            "/requires",
            "compare it by equals",
        ),
        (
            {"fact": "annualValuePence", "comparator": "at-least", "value": 0},
            "/requires",
            "every annualValuePence",
        ),
        ({"fact": "annualValuePence", "comparator": "between", "value": [9, 2]}, "/requires", "is above the second"),
        (
            {"fact": "matchFundingPercent", "comparator": "at-most", "value": 101},
            "/requires",
            "is at least 0",
        ),
        ({"fact": "legalForm", "comparator": "equals", "value": "gmbh"}, "/requires", "gmbh is not among the words"),
        ({"fact": "legalForm", "comparator": "equals"}, "/requires", "has a fact, a comparator and a value"),
        ({"fact": "area", "comparator": "equals", "value": "Kent"}, "/requires", "Kent is not among the words"),
        ({"fact": "sector", "comparator": "one-of", "value": [*Sector]}, "/requires", "every sector passes"),
        ({"fact": "staff", "comparator": "equals", "value": 1}, "/requires/fact", "must be 'sector'"),
        ({"all": [CHARITY]}, "/requires/all", "has fewer than 2 items"),
        ({"all": [CHARITY, {"not": CHARITY}]}, "", "names legalForm twice"),
        ({"not": CHARITY, "all": [CHARITY, BIG]}, "/requires", "must be one of"),
        ({"not": {"not": {"not": {"not": {"not": {"not": CHARITY}}}}}}, "", "is nested more than 6 deep"),
        ({}, "/requires", "must be one of"),
    ],
)
def test_what_is_no_expression_is_refused_by_field(wrong: dict[str, Any], field: str, reason: str) -> None:
    sent = {"code": "a", "requires": wrong, "reason": "It asks.", "source": "Made up"}
    with pytest.raises(ValidationError) as refused:
        Requirement.model_validate(sent)
    errors = describe_failure(refused.value, sent)
    assert any(each.field == field and reason in each.reason for each in errors), errors
