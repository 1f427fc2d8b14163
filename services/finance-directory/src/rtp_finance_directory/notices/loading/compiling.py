"""Compiles the releases of contracting processes, by the standard's own library."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from ocdsmerge import CompiledRelease
from ocdsmerge.exceptions import OCDSMergeError, OCDSMergeWarning
from ocdsmerge.rules import MergeRules, get_merge_rules

from rtp_finance_directory.notices.standard.schema import read_schema


class DatedRelease(NamedTuple):
    """A release, with its date as an instant."""

    at: datetime
    release: Mapping[str, Any]


class CannotBeMerged(Exception):
    """The releases of a process contradict each other's form; the message says where."""


def compile_releases(releases: Sequence[DatedRelease]) -> dict[str, Any]:
    """Merge the releases in the order of their dates. Raises CannotBeMerged.

    The library would order them by their dates as they are written, and so wrongly where zones differ.
    """
    ordered = sorted(releases, key=lambda each: (each.at, each.release["id"]))
    merged = CompiledRelease(merge_rules=_read_rules())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OCDSMergeWarning)  # two objects of a list with one id: the later counts
            for each in ordered:
                merged.append(dict(each.release))
        compiled: dict[str, Any] = merged.asdict()
    except (OCDSMergeError, TypeError, AttributeError) as error:
        raise CannotBeMerged(str(error)) from error
    return compiled


@cache
def _read_rules() -> MergeRules:
    return get_merge_rules(read_schema())
