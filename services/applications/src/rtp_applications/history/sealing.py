"""Sealing what was done to a case: entries in the chains of those who may know of it. Pure: it saves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from rtp_applications.history.chain import Chain, Entry, seal
from rtp_applications.history.state import dump_state, list_changes, list_first_changes
from rtp_applications.json_types import Changes, JsonObject
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature


def seal_entries(
    before: CaseSnapshot | None,
    after: CaseSnapshot,
    *,
    action: str,
    by: Signature,
    at: datetime,
    reason: str | None = None,
    events: Sequence[JsonObject] = (),
    discloses: bool = False,
    audience: Audience = Audience.EVERYBODY,
) -> tuple[CaseSnapshot, list[Entry]]:
    """Seal what changed as entries of the audit, one for each audience; return the case with its chains' new heads.

    `audience`: who may read the entry where nothing changed that the audit follows. The entry of a request that read
    the clock before another one that got the case's lock first is dated no earlier than that one's.
    """
    if before is not None and at < before.case.changed_at:
        at = before.case.changed_at
        after = after.with_case(changed_at=at)
    parts = list_changes(before, after) if before else {Audience.EVERYBODY: list_first_changes(after)}
    if events or discloses:
        parts = {Audience.EVERYBODY: {}, **parts}
    parts = parts or {audience: {}}
    if before is not None and after.case.version != before.case.version:
        after = _count_confidential(before, after, confidential=set(parts) == {Audience.BODIES})
    entries = []
    for audience, changes in sorted(parts.items(), reverse=True):
        public = audience is Audience.EVERYBODY
        entry = seal_next(
            after,
            by,
            at=at,
            action=action,
            reason=reason,
            changes=changes,
            snapshot=dump_state(_leave_out_confidential(after)) if discloses and public else None,
            events=events if public else (),
            audience=audience,
        )
        after = follow(after, entry)
        if discloses and public:
            after = after.with_case(disclosed_position=entry.place)
        entries.append(entry)
    return after, entries


def _leave_out_confidential(case: CaseSnapshot) -> CaseSnapshot:
    """Return the case without what is for the bodies' side alone. A draft has none of it: what is disclosed to all is
    safe whoever puts something there one day.
    """
    return replace(
        case,
        records={at: each for at, each in case.records.items() if each.audience is Audience.EVERYBODY},
        documents={id_: each for id_, each in case.documents.items() if each.audience is Audience.EVERYBODY},
    )


def seal_next(
    case: CaseSnapshot,
    by: Signature,
    *,
    at: datetime,
    action: str,
    changes: Changes,
    reason: str | None = None,
    snapshot: JsonObject | None = None,
    events: Sequence[JsonObject] = (),
    audience: Audience = Audience.EVERYBODY,
    commitments: Mapping[str, str] | None = None,
) -> Entry:
    """Seal an entry as the next one of its audience's chain."""
    facts = case.case
    confidential = audience is Audience.BODIES
    chain = Chain.BODIES if confidential else Chain.CASE if facts.submitted_at else Chain.DRAFT
    entry = seal(
        case_id=facts.id,
        chain=chain,
        position=(facts.confidential_position if confidential else facts.chain_position) + 1,
        at=at,
        actor={"role": by.role.value, "person": by.person, "holder": by.holder},
        action=action,
        reason=reason,
        changes=changes,
        snapshot=snapshot,
        events=events,
        audience=audience.value,
        previous_hash=facts.confidential_hash if confidential else facts.audit_hash,
        commitments=commitments,
    )
    place, confidential_steps = facts.audit_position + 1, facts.confidential_steps
    return replace(entry, place=place, version=facts.version, confidential_steps=confidential_steps)


def follow(case: CaseSnapshot, entry: Entry) -> CaseSnapshot:
    """Return the case with the entry as the newest of its chain."""
    if entry.chain is Chain.BODIES:
        head = {"confidential_position": entry.position, "confidential_hash": entry.hash}
    else:
        head = {"chain_position": entry.position, "audit_hash": entry.hash}
    return case.with_case(audit_position=entry.place, **head)


def begin_case_chains(before: CaseSnapshot, after: CaseSnapshot) -> CaseSnapshot:
    """Return a case that is being submitted with its chains at their beginning: those of all who see it from now on.

    How many steps the draft took stays with those who saw it; the case's chain holds on to it by its head.
    """
    if before.case.submitted_at or not after.case.submitted_at:
        return after
    draft = {"draft_steps": before.case.version, "draft_readers": before.case.readers}
    return after.with_case(**draft, sequence=0, event_hash=None, chain_position=0)


def _count_confidential(before: CaseSnapshot, after: CaseSnapshot, *, confidential: bool) -> CaseSnapshot:
    """Return the case with a confidential step counted, or a step of all as the newest that all know of."""
    if not confidential:
        return after.with_case(changed_for_all_at=None) if after.case.changed_for_all_at else after
    last = before.case.changed_for_all_at or before.case.changed_at
    return after.with_case(confidential_steps=before.case.confidential_steps + 1, changed_for_all_at=last)
