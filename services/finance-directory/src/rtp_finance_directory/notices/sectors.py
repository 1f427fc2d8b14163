"""Which services belong to a sector, by CPV: `reference/sector-cpv.json`, where each row names its source."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files


@cache
def read_sectors() -> Mapping[str, Mapping[str, str]]:
    """Return the beginnings of CPV codes of each sector, with the name of the service."""
    text = (files("rtp_finance_directory") / "reference" / "sector-cpv.json").read_text("utf-8")
    return {sector: dict(services) for sector, services in json.loads(text)["sectors"].items()}


@cache
def list_search_terms(sector: str) -> Sequence[str]:
    """List the beginnings of codes by which notices are looked for: those of the sector's services, and the whole codes
    that are so wide that a service of the sector is a part of them."""
    services = list_services(sector)
    wide = {prefix[:length].ljust(8, "0") for prefix in services for length in range(2, len(prefix))}
    return sorted({*services, *wide})


def list_services(sector: str | None) -> Mapping[str, str]:
    """Return the beginnings of the codes of the sector's services; none where none are kept."""
    return read_sectors().get(sector or "", {})
