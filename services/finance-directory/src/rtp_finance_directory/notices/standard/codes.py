"""What a notice says in codes: the services by CPV, for whom it is reserved, and which notices there were."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rtp_finance_directory.notices.vocabulary import Reservation

_CPV = re.compile(r"(\d{8})(-\d)?", re.ASCII)
_NOTICE_TYPE = re.compile(r"[A-Za-z]{1,4}\d{0,2}", re.ASCII)
_RESERVED = {
    "publicServiceMissionOrganization": Reservation.PUBLIC_SERVICE_MUTUALS,
    "shelteredWorkshop": Reservation.SUPPORTED_EMPLOYMENT,
    "smeVcse": Reservation.SME_VCSE,
}
"""Codes of reservedParticipation: of the standard's extension, and the one of the United Kingdom's."""


def list_cpv(release: Mapping[str, Any]) -> list[str]:
    """List the CPV codes, eight digits each, the main one first."""
    found: dict[str, None] = {}
    for each in _list_classifications(release):
        written = _CPV.fullmatch(str(each.get("id") or "").strip()) if each.get("scheme") == "CPV" else None
        if written:
            found[written[1]] = None
    return list(found)


def _list_classifications(release: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    tender = release.get("tender") or {}
    holders = [tender, *(tender.get("items") or ())]
    for name in ("awards", "contracts"):
        holders += [item for each in release.get(name) or () for item in each.get("items") or ()]
    for holder in holders:
        for each in (holder.get("classification"), *(holder.get("additionalClassifications") or ())):
            if isinstance(each, Mapping):
                yield each


def list_prefixes(codes: Sequence[str]) -> list[str]:
    """List every beginning of the codes, from two digits on, by which they are searched."""
    return sorted({code[:length] for code in codes for length in range(2, 9)})


def list_reservations(release: Mapping[str, Any]) -> list[Reservation]:
    """List for whom the whole or a lot is reserved."""
    tender = release.get("tender") or {}
    found = {each for holder in (tender, *(tender.get("lots") or ())) for each in _read_reservations(holder)}
    return sorted(found, key=list(Reservation).index)


def list_reserved_lots(release: Mapping[str, Any], reservation: Reservation) -> list[str]:
    """List the lots that are reserved so; none where the whole is, or nothing."""
    lots = (release.get("tender") or {}).get("lots") or ()
    return [str(lot["id"]) for lot in lots if reservation in _read_reservations(lot)]


def _read_reservations(holder: Mapping[str, Any]) -> list[Reservation]:
    codes = (holder.get("otherRequirements") or {}).get("reservedParticipation") or ()
    return [_RESERVED.get(code, Reservation.OTHER) for code in codes]


def list_notice_types(release: Mapping[str, Any]) -> list[str]:
    """List the notices that were published of it, as the United Kingdom numbers them: UK1 to UK17."""
    found: dict[str, None] = {}
    for holder in _list_holders(release):
        for document in holder.get("documents") or ():
            said = document.get("noticeType")
            if isinstance(said, str) and _NOTICE_TYPE.fullmatch(said):
                found[said.upper()] = None
    return sorted(found, key=lambda said: (re.sub(r"\d", "", said), len(said), said))


def _list_holders(release: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("planning", "tender"):
        yield release.get(name) or {}
    for name in ("awards", "contracts"):
        for each in release.get(name) or ():
            yield each
            yield each.get("implementation") or {}
