"""The regime that is on file, held against the one that follows from the facts."""

from collections.abc import Iterable, Mapping
from datetime import date

from rtp_applications.procurement.rules.reasoning import RuleFinding
from rtp_applications.procurement.rules.regime import AwardRoute, Determination, LegalRegime, determine_regime
from rtp_applications.procurement.rules.tables import get_texts
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute

LAWS: Mapping[Regime, tuple[LegalRegime, ...]] = {
    Regime.RESERVED: (LegalRegime.ACT, LegalRegime.CONTRACTS_2015),
    Regime.OPEN: (LegalRegime.ACT, LegalRegime.CONTRACTS_2015, LegalRegime.CONCESSIONS_2016),
    Regime.PROVIDER_SELECTION: (LegalRegime.SELECTION,),
    Regime.BELOW_THRESHOLD: (LegalRegime.BELOW,),
    Regime.IN_HOUSE: (LegalRegime.IN_HOUSE,),
    Regime.GRANT: (LegalRegime.GRANT,),
}
TO_AN_EXISTING_PROVIDER = (SelectionRoute.DIRECT_A, SelectionRoute.DIRECT_C)
EXISTING = "provider-is-existing"
RESERVED = (AwardRoute.RESERVED, AwardRoute.RESERVED_2015)


def find_bar(snapshot: CaseSnapshot, award_on: date) -> str | None:
    """Return why the regime on file is closed to the mutual, with the provision; None where nothing is known to close
    it, or none is on file.
    """
    on_file = snapshot.find(RegimeDetermination)
    if on_file is None:
        return None
    # The term of a reserved contract has a guard of its own.
    asked = {"award_on": award_on, "term_months": None, "extension_months": None}
    found = determine_regime(collect_facts(snapshot).model_copy(update=asked))
    laws = [found.get_regime(each) for each in LAWS[on_file.regime]]
    if all(law.open is False for law in laws):
        return f"{on_file.regime} is closed: {_cite(found.explain(laws[0].rules))}"
    return _find_bar_of_route(found, on_file)


def _find_bar_of_route(found: Determination, on_file: RegimeDetermination) -> str | None:
    named = (AwardRoute(on_file.selection_route),) if on_file.selection_route else ()
    routes = RESERVED if on_file.regime is Regime.RESERVED else named
    closed = [answer for each in routes if (answer := found.find_route(each)) and answer.open is False]
    if closed:
        rules = [name for name in closed[0].rules if found.get_finding(name).outcome is False]
        return f"{closed[0].route} is closed: {_cite(found.explain(rules))}"
    existing = found.get_finding(EXISTING) if on_file.selection_route in TO_AN_EXISTING_PROVIDER else None
    if existing and existing.outcome is not True:
        return f"{on_file.selection_route} is for an existing provider alone: {_cite([existing])}"
    return None


def _cite(findings: Iterable[RuleFinding]) -> str:
    return "; ".join(map(_cite_one, findings))


def _cite_one(finding: RuleFinding) -> str:
    outcome = "not known" if finding.outcome is None else "so" if finding.outcome else "not so"
    because = f" ({finding.because})" if finding.because else ""
    source = f"{get_texts()[finding.rule.text].title} {finding.rule.place}"
    return f"{outcome}{because}: {finding.rule.says.rstrip('.')}; {source}"
