"""Does the product accept the group's sector, its legal form and what the money is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import (
    Finding,
    ask_group,
    ask_provider,
    fails,
    fits,
    passes_over,
)
from rtp_finance_directory.eligibility.wording import format_codes
from rtp_finance_directory.vocabulary import Fact, ListFacet

NOT_TOLD, ANY, ACCEPTED = ask_provider("not-told"), passes_over("any"), fits("accepted")
REFUSED, PERHAPS = fails("refused"), ask_provider("perhaps")


@dataclass(frozen=True, slots=True)
class ListRule:
    """The rule of one list of words; off a list that is not complete it is not known."""

    fact: Fact
    facet: ListFacet
    what: str
    said_in: str
    """The name of the fact among the case's."""
    named_in: str
    """The name of the list among the terms."""

    def judge(self, facts: CaseFacts, terms: Terms, _: date) -> Finding:
        said, accepted = self._read(facts, terms)
        if accepted is None:
            return NOT_TOLD
        if not accepted:
            return ANY
        if not said:
            return ask_group("unsaid", self.fact)
        if any(word in accepted for word in said):
            return ACCEPTED
        return REFUSED if self.facet in terms.complete_lists else PERHAPS

    def word(self, facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
        said, accepted = self._read(facts, terms)
        accepted = accepted or ()
        if found == NOT_TOLD:
            return f"It is not known which {self.what}s it accepts."
        if found == ANY:
            return f"It accepts any {self.what}."
        if found == ACCEPTED:
            return f"It accepts the {self.what} {format_codes([word for word in said if word in accepted])}."
        if found == REFUSED:
            only = f"It accepts only the {self.what}{'s' * (len(accepted) > 1)} {format_codes(accepted)}"
            return f"{only}; yours is {format_codes(said)}."
        if found == PERHAPS:
            known = format_codes(accepted)
            return f"It accepts, as far as is known, {known}; perhaps {format_codes(said)} too."
        return f"Not every {self.what} is accepted; your {self.what} is not said."

    def _read(self, facts: CaseFacts, terms: Terms) -> tuple[Sequence[str], Sequence[str] | None]:
        said = getattr(facts, self.said_in)
        return (said,) if isinstance(said, str) else said or (), getattr(terms, self.named_in)


SECTOR = ListRule(Fact.SECTOR, ListFacet.SECTORS, "sector", "sector", "sectors")
LEGAL_FORM = ListRule(Fact.LEGAL_FORM, ListFacet.LEGAL_FORMS, "legal form", "legal_form", "legal_forms")
PURPOSE = ListRule(Fact.PURPOSES, ListFacet.PURPOSES, "purpose", "finance_purposes", "purposes")
