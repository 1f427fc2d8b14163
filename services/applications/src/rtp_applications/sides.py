"""The sides of a case: the staff group's own client, and the bodies with the central team. Said once, for all rooms.

`sides_sql` says the same for row-level security; a test compares the two.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, RelatedCase
from rtp_shared.identities import SYSTEM, organisation_identity


def get_body_readers(case: Facts) -> frozenset[str]:
    """Return the readers on the bodies' side: the bodies that the case names, the central team and the system."""
    return frozenset({*map(organisation_identity, case.bodies), OVERSIGHT, *SYSTEM})


def get_group_reader(case: Facts) -> str:
    """Return the reader of the staff group's own client, which opened the case."""
    return f"client:{case.opened_by}"


def is_group_client(case: Facts, caller: Caller) -> bool:
    """Return whether the caller is the staff group's own client, which acts for the group alone."""
    return caller.vouching_client == get_group_reader(case)


def is_on_bodies_side(case: Facts, caller: Caller) -> bool:
    """Return whether the caller sees what is for bodies only; the group's own client never does."""
    return not is_group_client(case, caller) and not get_body_readers(case).isdisjoint(caller.identities)


def is_of_named_body(case: Facts, readers: Iterable[str]) -> bool:
    """Return whether one of the readers is a body that the case names."""
    return not set(map(organisation_identity, case.bodies)).isdisjoint(readers)


class Counted(Protocol):
    """The steps of a case, up to a moment."""

    @property
    def version(self) -> int:
        """All of them."""
        ...

    @property
    def confidential_steps(self) -> int: ...


def count_version(case: Facts, caller: Caller, *, at: Counted | None = None) -> int:
    """Return the version of the case, now or `at` a moment, as the caller counts it: by the steps it may know of."""
    steps = at or case
    hidden = 0 if is_on_bodies_side(case, caller) else steps.confidential_steps
    before = 0 if knows_draft(case, caller) else case.draft_steps
    return steps.version - hidden - before


def knows_draft(case: Facts, caller: Caller) -> bool:
    """Return whether the caller saw the case before it was submitted."""
    return not set(case.draft_readers).isdisjoint(caller.identities)


def find_change_time(case: Facts, caller: Caller) -> datetime:
    """Return the time of the last step that the caller may know of."""
    return case.changed_at if is_on_bodies_side(case, caller) else case.changed_for_all_at or case.changed_at


def may_know_of(related: RelatedCase, readers: Iterable[str]) -> bool:
    """Return whether these readers may know that there is such a case: `cases.sight.KNOWN` says the same in SQL."""
    mine = set(readers)
    if mine.isdisjoint(related.readers):
        return False
    ours = related.submitted or f"client:{related.opened_by}" in mine or not mine.isdisjoint(SYSTEM)
    return ours or mine.isdisjoint(related.body_readers)


def show_to(caller: Caller, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Return the case as the caller may know of it: what it holds, its version, and when it changed."""
    case = snapshot.case
    seen = snapshot if is_on_bodies_side(case, caller) else hide_confidential(snapshot)
    seen = _show_related(caller, seen)
    return seen.with_case(version=count_version(case, caller), changed_at=find_change_time(case, caller))


def _show_related(caller: Caller, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Return the case with the cases before and after it that the caller may know of as well."""
    known = [each for each in snapshot.related if may_know_of(each, caller.identities)]
    named = any(not each.is_later for each in known)
    shown = snapshot if named else snapshot.with_case(previous_case_id=None)
    return replace(shown, related=known)


def hide_confidential(snapshot: CaseSnapshot) -> CaseSnapshot:
    """Return the case without what is for the bodies only."""
    hidden = {at for at, each in snapshot.records.items() if each.audience is Audience.BODIES}
    seen = {id_: each for id_, each in snapshot.documents.items() if each.audience is Audience.EVERYBODY}
    return replace(snapshot.without(hidden), documents=seen) if hidden or seen != snapshot.documents else snapshot
