"""Public forms of a determination."""

from collections.abc import Iterable, Mapping
from typing import Any

from rtp_applications.procurement.rules.assistance import AssistanceAnswer
from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_applications.procurement.rules.reasoning import RuleFinding
from rtp_applications.procurement.rules.regime import Determination, RegimeAnswer, RouteAnswer
from rtp_applications.procurement.rules.tables import CodeList, ListedCode, get_texts
from rtp_applications.procurement.rules.truth import Truth
from rtp_applications.procurement.schemas import (
    AssistanceAnswerView,
    DeterminationView,
    LegalRuleView,
    LegalTextView,
    ListedCodesView,
    ListedCodeView,
    MissingFactView,
    RegimeView,
    RouteOpennessView,
    Tristate,
)


def show_determination(found: Determination) -> DeterminationView:
    cited = dict.fromkeys(each.rule.text for each in found.findings)
    return DeterminationView(
        regimes=[_show_regime(each) for each in found.regimes],
        rules=[_show_finding(each) for each in found.findings],
        missing=[MissingFactView(name=name_fact(each), says=describe_fact(each)) for each in found.missing],
        texts=[LegalTextView.model_validate(get_texts()[key]) for key in cited],
    )


def name_fact(name: str) -> str:
    """Return the name of a fact as it stands on the wire."""
    return ProcurementFacts.model_fields[name].alias or name


def describe_fact(name: str) -> str:
    return ProcurementFacts.model_fields[name].description or ""


def _show_regime(answer: RegimeAnswer) -> RegimeView:
    return RegimeView(
        regime=answer.regime,
        open=_show_truth(answer.open),
        rules=list(answer.rules),
        routes=[_show_route(each) for each in answer.routes],
        also=list(answer.also),
    )


def _show_route(answer: RouteAnswer) -> RouteOpennessView:
    return RouteOpennessView(
        route=answer.route,
        open=_show_truth(answer.open),
        open_to_new_mutual=_show_truth(answer.open_to_new_mutual),
        rules=list(answer.rules),
    )


def _show_finding(found: RuleFinding) -> LegalRuleView:
    return LegalRuleView(
        rule=found.rule.name,
        says=found.rule.says,
        outcome=_show_truth(found.outcome),
        because=found.because,
        text=found.rule.text,
        section=found.rule.place,
        facts=_name_facts(found.facts),
        missing=[name_fact(each) for each in found.missing],
        rests_on=list(found.rests_on),
    )


def _name_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name_fact(name): value for name, value in facts.items()}


def _show_truth(truth: Truth) -> Tristate:
    return Tristate.UNKNOWN if truth is None else Tristate.YES if truth else Tristate.NO


def show_assistance(found: AssistanceAnswer) -> AssistanceAnswerView:
    return AssistanceAnswerView(
        allowed=_show_truth(found.allowed),
        because=found.because,
        section=found.section,
        text=LegalTextView.model_validate(get_texts()["ukpga-2022-23"]),
        period_from=found.period_from,
        counted_pence=found.counted_pence,
        ceiling_pence=found.ceiling_pence,
        headroom_pence=found.headroom_pence,
        fits_from=found.fits_from,
        missing=list(found.missing),
        database_entry=_show_truth(found.database_entry),
        breaks_on=found.breaks_on,
    )


def show_codes(found: Iterable[tuple[CodeList, ListedCode]], held: int) -> ListedCodesView:
    return ListedCodesView(items=[_show_code(*each) for each in found], held=held)


def _show_code(table: CodeList, listed: ListedCode) -> ListedCodeView:
    first, last = listed.codes.first, listed.codes.last
    return ListedCodeView(
        code=str(first),
        to=None if first == last else str(last),
        service=listed.service,
        table=table.name,
        text=table.text,
        section=table.place,
        reservable=listed.reservable,
        extent=listed.extent,
    )
