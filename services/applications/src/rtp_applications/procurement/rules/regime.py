"""The regime of a procurement, computed: which laws are open with which ways to award, which are closed, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rtp_applications.procurement.rules import grounds, reservation, scope, selection, services, social_value, values
from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_applications.procurement.rules.reasoning import LegalRule, Reasoning, RuleFinding
from rtp_applications.procurement.rules.truth import Truth, all_of, negate


class LegalRegime(StrEnum):
    """The law under which a contract is awarded, or that none of it applies."""

    OUTSIDE = "no-contracting-authority"
    GRANT = "grant-agreement"
    SELECTION = "provider-selection-regime"
    IN_HOUSE = "in-house"
    BELOW = "below-threshold"
    ACT = "procurement-act-2023"
    CONTRACTS_2015 = "public-contracts-regulations-2015"
    CONCESSIONS_2016 = "concession-contracts-regulations-2016"


class AwardRoute(StrEnum):
    """A way to award within a regime."""

    GRANT = "grant"
    IN_HOUSE = "in-house-arrangement"
    DIRECT_A = "direct-award-a"
    DIRECT_B = "direct-award-b"
    DIRECT_C = "direct-award-c"
    MOST_SUITABLE = "most-suitable-provider"
    COMPETITIVE = "competitive"
    URGENT = "urgent-award"
    OPEN = "open-procedure"
    FLEXIBLE = "competitive-flexible-procedure"
    RESERVED = "reserved-to-mutuals"
    JUSTIFIED = "direct-award-justified"
    PROTECT_LIFE = "direct-award-to-protect-life"
    SWITCHED = "direct-award-after-switching"
    LIGHT_2015 = "light-touch-procedure-2015"
    ORDINARY_2015 = "open-or-restricted-procedure-2015"
    RESERVED_2015 = "reserved-to-qualifying-organisations-2015"
    NEGOTIATED_2015 = "negotiated-without-publication-2015"
    CONCESSION_2016 = "concession-procedure-2016"
    BELOW_TENDER = "below-threshold-tender"
    BELOW_DIRECT = "below-threshold-without-tender"


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """Whether a way to award is open to the provider, and whether it would be to a new mutual; none is not known."""

    route: AwardRoute
    open: Truth
    open_to_new_mutual: Truth
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegimeAnswer:
    """Whether a regime is open, the rules that say so, and the ways to award within it where it is not closed."""

    regime: LegalRegime
    open: Truth
    rules: tuple[str, ...]
    routes: tuple[RouteAnswer, ...] = ()
    also: tuple[str, ...] = ()
    """Rules that say what else follows, or may, and close nothing."""


@dataclass(frozen=True, slots=True)
class Determination:
    """The answer: every regime, the rules in the order in which they were settled, and the facts that are missing."""

    regimes: tuple[RegimeAnswer, ...]
    findings: tuple[RuleFinding, ...]
    missing: tuple[str, ...]
    reasoning: Reasoning

    def explain(self, names: Iterable[str]) -> tuple[RuleFinding, ...]:
        """Return the findings that decided these rules, each once."""
        grounds = (found for name in names for found in self.reasoning.list_grounds(name))
        return tuple({found.rule.name: found for found in grounds}.values())

    def get_finding(self, name: str) -> RuleFinding:
        return next(each for each in self.findings if each.rule.name == name)

    def get_regime(self, regime: LegalRegime) -> RegimeAnswer:
        return next(each for each in self.regimes if each.regime is regime)

    def find_route(self, route: AwardRoute) -> RouteAnswer | None:
        return next((each for answer in self.regimes for each in answer.routes if each.route is route), None)


Condition = tuple[LegalRule, bool]
"""A rule, and the outcome that is asked of it."""

_AUTHORITY, _CONTRACT = scope.contracting_authority, scope.contract_for_pecuniary_interest
_HEALTH, _SINCE = scope.regulated_health_procurement, scope.commenced_under_the_act
_COVERED: tuple[Condition, ...] = ((_AUTHORITY, True), (_CONTRACT, True), (_HEALTH, False), (scope.in_house, False))
_ABOVE: Condition = (values.not_below_the_threshold, True)
_READ: Condition = (scope.law_of_the_day_was_read, True)

REGIMES: Sequence[tuple[LegalRegime, tuple[Condition, ...]]] = (
    (LegalRegime.OUTSIDE, ((_AUTHORITY, False),)),
    (LegalRegime.GRANT, ((_AUTHORITY, True), (_CONTRACT, False))),
    (LegalRegime.SELECTION, ((_AUTHORITY, True), (_CONTRACT, True), (_HEALTH, True), _READ)),
    (LegalRegime.IN_HOUSE, ((_AUTHORITY, True), (_CONTRACT, True), (_HEALTH, False), (scope.in_house, True))),
    (LegalRegime.BELOW, (*_COVERED, (values.not_below_the_threshold, False), _READ)),
    (LegalRegime.ACT, (*_COVERED, (_SINCE, True), _ABOVE, _READ)),
    (LegalRegime.CONTRACTS_2015, (*_COVERED, (_SINCE, False), (scope.concession_contract, False), _ABOVE, _READ)),
    (LegalRegime.CONCESSIONS_2016, (*_COVERED, (_SINCE, False), (scope.concession_contract, True), _ABOVE, _READ)),
)
"""In the order of the questions; every condition of a regime must hold."""


@dataclass(frozen=True, slots=True)
class _Route:
    route: AwardRoute
    rules: tuple[LegalRule, ...] = ()
    """All must hold for it to be open to the provider."""
    mutual: tuple[LegalRule, ...] | None = None
    """The same for a new mutual, where they are other ones."""
    barred_to_mutual: bool = False


_R, _S, _B = AwardRoute, selection, reservation
ROUTES: dict[LegalRegime, tuple[_Route, ...]] = {
    LegalRegime.GRANT: (_Route(_R.GRANT),),
    LegalRegime.SELECTION: (
        _Route(_R.DIRECT_A, (_S.direct_award_a_to_this_provider,), barred_to_mutual=True),
        _Route(_R.DIRECT_B, (_S.must_follow_direct_award_b,)),
        _Route(_R.DIRECT_C, (_S.direct_award_c_to_this_provider,), barred_to_mutual=True),
        _Route(_R.MOST_SUITABLE, (_S.may_follow_most_suitable_provider,)),
        _Route(_R.COMPETITIVE, (_S.may_follow_competitive_process,)),
        _Route(_R.URGENT, (_S.may_award_urgently,)),
    ),
    LegalRegime.IN_HOUSE: (_Route(_R.IN_HOUSE, barred_to_mutual=True),),
    LegalRegime.BELOW: (_Route(_R.BELOW_TENDER), _Route(_R.BELOW_DIRECT)),
    LegalRegime.ACT: (
        _Route(_R.OPEN),
        _Route(_R.FLEXIBLE),
        _Route(
            _R.RESERVED,
            (_B.may_be_reserved_to_mutuals, _B.qualifying_public_service_mutual),
            (_B.may_be_reserved_to_mutuals, _B.public_service_mutual),
        ),
        _Route(
            _R.JUSTIFIED,
            (grounds.direct_award_is_justified,),
            (grounds.direct_award_to_a_new_body_is_justified,),
        ),
        _Route(_R.PROTECT_LIFE, (grounds.regulations_to_protect_life,)),
        _Route(_R.SWITCHED, (grounds.no_suitable_tender_came,)),
    ),
    LegalRegime.CONTRACTS_2015: (
        _Route(_R.LIGHT_2015, (services.social_and_specific_services,)),
        _Route(_R.ORDINARY_2015),
        _Route(
            _R.RESERVED_2015,
            (_B.may_be_reserved_under_regulation_77, _B.qualifying_organisation),
            (_B.may_be_reserved_under_regulation_77, _B.organisation_with_a_mission),
        ),
        _Route(_R.NEGOTIATED_2015, (grounds.negotiated_without_publication,)),
    ),
    LegalRegime.CONCESSIONS_2016: (_Route(_R.CONCESSION_2016),),
}


_SOCIAL_VALUE = social_value.social_value_considered_first
ALSO: dict[LegalRegime, tuple[LegalRule, ...]] = {
    LegalRegime.BELOW: (values.notifiable_below_threshold_contract, _SOCIAL_VALUE),
    LegalRegime.ACT: (services.light_touch_services, scope.concession_contract, _SOCIAL_VALUE),
    LegalRegime.SELECTION: (selection.considerable_change, _SOCIAL_VALUE),
}


def determine_regime(facts: ProcurementFacts) -> Determination:
    """Return the regimes that are open, closed or not known, with the reasons."""
    reasoning = Reasoning(facts)
    regimes = tuple(_answer(reasoning, regime, conditions) for regime, conditions in REGIMES)
    missing = reasoning.list_missing(_list_unsettled(regimes))
    return Determination(regimes, reasoning.list_findings(), tuple(dict.fromkeys(missing)), reasoning)


def _answer(reasoning: Reasoning, regime: LegalRegime, conditions: Sequence[Condition]) -> RegimeAnswer:
    asked: list[tuple[str, Truth]] = []
    for rule, wanted in conditions:
        outcome = reasoning.ask(rule)
        asked.append((rule.name, outcome if wanted else negate(outcome)))
        if asked[-1][1] is False:
            break
    is_open = all_of(*(truth for _, truth in asked))
    rules = tuple(name for name, truth in asked if truth is is_open)
    if is_open is False:
        return RegimeAnswer(regime, is_open, rules)
    routes = tuple(_answer_route(reasoning, is_open, each) for each in ROUTES.get(regime, ()))
    also = ALSO.get(regime, ())
    follows = tuple(rule.name for rule in also if reasoning.ask(rule) is not False)
    return RegimeAnswer(regime, is_open, rules, routes, follows)


def _answer_route(reasoning: Reasoning, is_open: Truth, route: _Route) -> RouteAnswer:
    to_provider = all_of(is_open, *map(reasoning.ask, route.rules))
    of_mutual = route.rules if route.mutual is None else route.mutual
    to_mutual = False if route.barred_to_mutual else all_of(is_open, *map(reasoning.ask, of_mutual))
    names = dict.fromkeys(rule.name for rule in (*route.rules, *of_mutual))
    return RouteAnswer(route.route, to_provider, to_mutual, tuple(names))


def _list_unsettled(regimes: Iterable[RegimeAnswer]) -> Iterator[str]:
    """Yield the rules on which regimes and ways to award hang that are not known."""
    for answer in regimes:
        if answer.open is None:
            yield from answer.rules
        for route in answer.routes:
            if route.open is None or route.open_to_new_mutual is None:
                yield from route.rules
        yield from answer.also
