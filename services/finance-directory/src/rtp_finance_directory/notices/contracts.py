"""The contracts that came of a process: one for each award, or for each contract under it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rtp_finance_directory.notices.standard.amounts import compute_pence
from rtp_finance_directory.notices.standard.periods import Span, read_day, read_span

_NEVER_CAME = frozenset({"cancelled", "unsuccessful"})
_OVER = frozenset({"cancelled", "terminated"})


class ContractRow(NamedTuple):
    """The columns of a contract, in the order in which they are written."""

    ocid: str
    key: str
    award_id: str
    contract_id: str | None
    title: str | None
    status: str | None
    over: bool
    suppliers: list[str]
    supplier_ids: list[str]
    to_mutual: bool | None
    currency: str | None
    value_pence: int | None
    awarded_on: date | None
    starts_on: date | None
    ends_on: date | None
    extendable_until: date | None
    may_be_extended: bool | None


def list_contracts(compiled: Mapping[str, Any]) -> list[ContractRow]:
    """List them. An award that was cancelled or came to nothing is none."""
    awards = {str(each["id"]): each for each in compiled.get("awards") or ()}
    contracts: dict[str, list[Mapping[str, Any]]] = {}
    for each in compiled.get("contracts") or ():
        contracts.setdefault(str(each["awardID"]), []).append(each)
    rows: dict[str, ContractRow] = {}
    alone: list[Mapping[str, Any] | None] = [None]
    for award_id in dict.fromkeys((*awards, *contracts)):
        award = awards.get(award_id, {})
        if award.get("status") not in _NEVER_CAME:
            for contract in contracts.get(award_id) or alone:
                row = _make_row(compiled, award_id, award, contract)
                rows.setdefault(row.key, row)
    return list(rows.values())


def _make_row(
    compiled: Mapping[str, Any], award_id: str, award: Mapping[str, Any], contract: Mapping[str, Any] | None
) -> ContractRow:
    said = contract or {}
    value = said.get("value") or award.get("value") or {}
    suppliers = [each for each in award.get("suppliers") or () if each.get("name")]
    span = _find_span(award, said)
    contract_id = str(said["id"]) if "id" in said else None
    return ContractRow(
        ocid=compiled["ocid"],
        key=award_id if contract_id is None else f"{award_id}/{contract_id}",
        award_id=award_id,
        contract_id=contract_id,
        title=said.get("title") or award.get("title"),
        status=said.get("status") or award.get("status"),
        over=said.get("status") in _OVER,
        suppliers=[each["name"] for each in suppliers],
        supplier_ids=[str(each.get("id") or "") for each in suppliers],
        to_mutual=_are_mutuals(compiled, suppliers),
        currency=value.get("currency"),
        value_pence=compute_pence(value),
        awarded_on=read_day(award.get("date")),
        **span._asdict(),
        may_be_extended=_may_be_extended(compiled, award, said, span),
    )


def _find_span(award: Mapping[str, Any], contract: Mapping[str, Any]) -> Span:
    span = read_span(contract.get("period"))
    return span if span.ends_on else read_span(award.get("contractPeriod"))


def _are_mutuals(compiled: Mapping[str, Any], suppliers: Sequence[Mapping[str, Any]]) -> bool | None:
    """Return whether a supplier says that it is a public service mutual; None if none says anything of it."""
    parties = {each.get("id"): each for each in compiled.get("parties") or ()}
    said = [
        ((parties.get(each.get("id")) or {}).get("details") or {}).get("publicServiceMissionOrganization")
        for each in suppliers
    ]
    return any(said) if any(each is not None for each in said) else None


def _may_be_extended(
    compiled: Mapping[str, Any], award: Mapping[str, Any], contract: Mapping[str, Any], span: Span
) -> bool | None:
    if span.extendable_until is not None:
        return True
    said = [each for each in _list_renewals(compiled, award, contract) if each is not None]
    return any(said) if said else None


def _list_renewals(
    compiled: Mapping[str, Any], award: Mapping[str, Any], contract: Mapping[str, Any]
) -> Iterator[bool | None]:
    yield contract.get("hasRenewal")
    yield award.get("hasRenewal")
    lots = (compiled.get("tender") or {}).get("lots") or ()
    related = {str(each) for each in award.get("relatedLots") or ()}
    for lot in lots:
        if not related or str(lot["id"]) in related:
            yield lot.get("hasRenewal")
