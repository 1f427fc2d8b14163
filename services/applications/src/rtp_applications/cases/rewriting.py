"""A case from which content is taken away for good: out of its tables, and out of what its history said before."""

from collections.abc import Callable, Sequence
from functools import partial

from rtp_applications.cases import saving
from rtp_applications.cases.change import publish_events
from rtp_applications.cases.context import CommandContext
from rtp_applications.history.chain import Chain, Entry, Withheld
from rtp_applications.history.commands import append_entries, rewrite_entries
from rtp_applications.history.erasing import commit, list_changed
from rtp_applications.history.reading import read_chain
from rtp_applications.history.rows import read_entry
from rtp_applications.history.sealing import follow, seal_next
from rtp_applications.history.state import dump_state
from rtp_applications.json_types import JsonObject
from rtp_applications.threads import run_in_thread
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot

Rewrite = Callable[[Entry], Entry]


async def rewrite_case(
    context: CommandContext, change: CaseChange, rewrite: Rewrite, *, tells_state: bool = False
) -> CaseSnapshot:
    """Save a change of a locked case that takes content away, here and in every entry of its history.

    The entries that are sealed now say of no content that it went: they commit to what is left of the earlier ones and,
    with `tells_state`, hold the whole state, where the earlier ones lead to none any more. It needs the system's sight.
    """
    session = context.session
    after, published = await publish_events(context, change.after, change.events)
    found = [read_entry(row) for row in await read_chain(session, after.case.id, after.case.audit_position)]
    left = await run_in_thread(_rewrite_all, found, rewrite)
    await rewrite_entries(session, list_changed(found, left))
    after, entries = _seal(context, change, after, left, events=published, tells_state=tells_state)
    await saving.write_changes(session, change.before, after)
    await append_entries(session, entries)
    return after


def _rewrite_all(entries: Sequence[Entry | Withheld], rewrite: Rewrite) -> list[Entry | Withheld]:
    return [rewrite(each) if isinstance(each, Entry) else each for each in entries]


def _seal(
    context: CommandContext,
    change: CaseChange,
    after: CaseSnapshot,
    left: Sequence[Entry | Withheld],
    *,
    events: Sequence[JsonObject],
    tells_state: bool,
) -> tuple[CaseSnapshot, list[Entry]]:
    """Seal that content went: one entry for all who see the case, and one for the bodies where their chain has any."""
    standing = commit(left)
    confidential = standing.pop(Chain.BODIES.value, None)
    at = max([context.now, *(each.at for each in left if isinstance(each, Entry))])
    seal = partial(seal_next, by=change.signature, at=at, action=change.action, changes={})
    state = dump_state(after) if tells_state else None
    entries = [seal(after, reason=change.reason, events=events, snapshot=state, commitments=standing)]
    after = follow(after, entries[0])
    if confidential:
        own = {Chain.BODIES.value: confidential}
        entries.append(seal(after, reason=change.reason, audience=Audience.BODIES, commitments=own))
        after = follow(after, entries[-1])
    return after, entries
