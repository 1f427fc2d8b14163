"""Which services belong to a sector, by CPV: `reference/sector-cpv.json`, where each row names its source."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def read_sectors() -> Mapping[str, Mapping[str, str]]:
    """Return the beginnings of CPV codes of each sector, with the name of the service."""
    text = (files("rtp_finance_directory") / "reference" / "sector-cpv.json").read_text("utf-8")
    return {sector: dict(services) for sector, services in json.loads(text)["sectors"].items()}


def list_services(sector: str | None) -> Mapping[str, str]:
    """Return the beginnings of the codes of the sector's services; none where none are kept."""
    return read_sectors().get(sector or "", {})
