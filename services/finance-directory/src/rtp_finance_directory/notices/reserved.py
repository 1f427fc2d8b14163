"""Which contracts that were reserved to public service mutuals a process has awarded to whom: pure.

Only what notices say for certain: a lot that may not be one of the reserved, a supplier without a register's number, a
contract without its day are no award here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rtp_finance_directory.notices.standard import codes
from rtp_finance_directory.notices.standard.periods import read_day
from rtp_finance_directory.notices.vocabulary import AwardLaw, Reservation

ACT_SINCE = date(2025, 2, 24)
"""From that day on procurements commence under the Procurement Act 2023 (SI 2024/716)."""
_MUTUALS = Reservation.PUBLIC_SERVICE_MUTUALS
_AWARDED = (None, "active")
_NEVER_SIGNED = ("cancelled", "pending")
_REGISTERS = {
    "GB-COH": re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}", re.ASCII),
    "GB-CHC": re.compile(r"[0-9]{6,7}", re.ASCII),
    "GB-MPR": re.compile(r"IP[0-9]{6}|[0-9]{1,6}[A-Z]?", re.ASCII),
}
"""Registers of organisations, and how their numbers are written: no person has one."""
_COMPANY_DIGITS = 8
Json = Mapping[str, Any]


class ReservedAward(NamedTuple):
    """A contract that was reserved to public service mutuals, and who was awarded it."""

    award_id: str
    provider: str
    """With the register's code: GB-COH-01234567."""
    cpv: Sequence[str]
    reserved_under: AwardLaw
    awarded_on: date
    entered_into_on: date | None
    """None where no notice says it; never so under section 33, which counts from that day."""


def list_reserved_awards(compiled: Json, *, first_published: date, last_published: date) -> list[ReservedAward]:
    """List them, each supplier of a joint award by itself. A day after the newest notice is a slip of the pen, and the
    award is none here."""
    law = find_law(compiled, first_published=first_published)
    if law is None:
        return []
    found: dict[tuple[str, str], ReservedAward] = {}
    for award in compiled.get("awards") or ():
        days = _find_days(compiled, award, law)
        if days is None or max(filter(None, days)) > last_published or not _is_reserved(compiled, award):
            continue
        for provider in _list_providers(compiled, award):
            key = str(award["id"]), provider
            found[key] = ReservedAward(*key, _list_codes(compiled, award), law, *days)
    return list(found.values())


def find_law(compiled: Json, *, first_published: date) -> AwardLaw | None:
    """Find it by the notices, which the Act numbers from UK1 on, or by the day of the first; None between the two."""
    if any(re.fullmatch(r"UK\d+", each) for each in codes.list_notice_types(compiled)):
        return AwardLaw.SECTION_33
    return AwardLaw.REGULATION_77 if first_published < ACT_SINCE else None


def _find_days(compiled: Json, award: Json, law: AwardLaw) -> tuple[date, date | None] | None:
    """Return the day of the award and that of the contract, if it was awarded and the day that counts is known."""
    if award.get("status") not in _AWARDED:
        return None
    signed = [
        day
        for each in compiled.get("contracts") or ()
        if str(each.get("awardID")) == str(award["id"]) and each.get("status") not in _NEVER_SIGNED
        if (day := read_day(each.get("dateSigned"))) is not None
    ]
    entered_into_on = min(signed, default=None)
    awarded_on = read_day(award.get("date"))
    if law is AwardLaw.REGULATION_77:
        return (awarded_on, entered_into_on) if awarded_on else None
    return (min(awarded_on or entered_into_on, entered_into_on), entered_into_on) if entered_into_on else None


def _is_reserved(compiled: Json, award: Json) -> bool:
    if _MUTUALS not in codes.list_reservations(compiled):
        return False
    reserved = set(codes.list_reserved_lots(compiled, _MUTUALS))
    if not reserved:
        return True
    lots = _list_lots(award) or {str(lot["id"]) for lot in (compiled.get("tender") or {}).get("lots") or ()}
    return lots <= reserved


def _list_lots(award: Json) -> set[str]:
    return {str(each) for each in award.get("relatedLots") or ()}


def _list_codes(compiled: Json, award: Json) -> list[str]:
    """List the services of the award's lots; those of the whole process where it has none of its own."""
    lots = _list_lots(award)
    items = [
        item
        for item in (compiled.get("tender") or {}).get("items") or ()
        if lots and str(item.get("relatedLot")) in lots
    ]
    own = codes.list_cpv({"awards": [{**award, "items": [*items, *(award.get("items") or ())]}]})
    return own or codes.list_cpv(compiled)


def _list_providers(compiled: Json, award: Json) -> Iterator[str]:
    parties = {each.get("id"): each for each in compiled.get("parties") or ()}
    for supplier in award.get("suppliers") or ():
        said = {**(parties.get(supplier.get("id")) or {}), **supplier}
        known = filter(None, map(_read_number, _list_identifiers(said)))
        if provider := next(known, None):
            yield provider


def _list_identifiers(party: Json) -> Iterator[tuple[str, str]]:
    for each in (party.get("identifier"), *(party.get("additionalIdentifiers") or ())):
        if each and each.get("id") is not None:
            yield str(each.get("scheme") or ""), str(each["id"])
    country, _, rest = str(party.get("id") or "").partition("-")
    scheme, _, number = rest.partition("-")
    yield f"{country}-{scheme}", number


def _read_number(identifier: tuple[str, str]) -> str | None:
    """Return the identifier as cases write it; None if it is not the number of a register of organisations."""
    scheme, number = identifier[0].strip().upper(), identifier[1].strip().upper()
    number = number.removeprefix(f"{scheme}-")
    if scheme == "GB-COH" and number.isdecimal():
        number = number.zfill(_COMPANY_DIGITS)
    return f"{scheme}-{number}" if scheme in _REGISTERS and _REGISTERS[scheme].fullmatch(number) else None
