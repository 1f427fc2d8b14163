"""Asks outside before a subscription is made or changed: name servers for its addresses, its sink for consent.

It may take many seconds, so it happens before the transaction, and no client has much of it done at once.
"""

from dataclasses import dataclass
from datetime import datetime

from rtp_gateway.outbound.subscriptions import changes, consents
from rtp_gateway.outbound.subscriptions.changes import Columns
from rtp_gateway.outbound.subscriptions.consents import ConsentCheck
from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.models import ROUTE, Subscription
from rtp_gateway.outbound.subscriptions.replacement import Replacement, require_as_read
from rtp_gateway.outbound.subscriptions.schemas import NewSubscription, SubscriptionChanges
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_shared.etags import Expected


@dataclass(frozen=True, slots=True)
class Prepared:
    """The columns of a subscription, checked, and its sink's answer if it was asked."""

    columns: Columns
    check: ConsentCheck | None


@dataclass(frozen=True, slots=True)
class PreparedChange(Prepared):
    """The same for a subscription that there is."""

    version: Expected
    """What it must still be at: the very version that the sink was asked for."""


async def prepare_new(details: NewSubscription, *, client_id: str, deps: SubscriptionDeps, now: datetime) -> Prepared:
    """Check what a new subscription is to be, and ask its sink for its consent if that is wanted."""
    with deps.questions.take_turn(client_id):
        columns = await changes.read_columns(details, deps=deps, now=now)
        check = await consents.check_consent(columns, deps) if consents.needs_consent(columns) else None
    return Prepared(columns, check)


async def prepare_change(
    seen: Subscription,
    details: SubscriptionChanges | Replacement,
    *,
    version: Expected,
    deps: SubscriptionDeps,
    now: datetime,
    resumes: bool = False,
) -> PreparedChange:
    """Check a change of what was seen, and ask its sink for its consent if it has not given it to what comes.

    `resumes`: it is resumed too, and a sink that has not consented is asked again.
    """
    seen.expect(version)
    changes.require_same_protocol(seen, details)
    if isinstance(details, Replacement):
        require_as_read(seen, details, deps.secret_box)
    with deps.questions.take_turn(seen.client_id):
        columns = await changes.read_columns(details, deps=deps, now=now)
        if seen.protocol is Protocol.AMQP:
            columns.pop("sink", None)
        after = {**vars(seen), **columns}
        asks = (resumes and seen.awaits_consent) or seen.differs(columns, ROUTE | {"rate_per_minute"})
        check = await consents.check_consent(after, deps) if asks and consents.needs_consent(after) else None
    return PreparedChange(columns, check, _pin(seen) if check else version)


async def prepare_resumption(seen: Subscription, *, version: Expected, deps: SubscriptionDeps) -> PreparedChange:
    """Ask the sink of what was seen for its consent again, if it has not given it."""
    seen.expect(version)
    if not seen.awaits_consent:
        return PreparedChange({}, None, version)
    with deps.questions.take_turn(seen.client_id):
        return PreparedChange({}, await consents.check_consent(vars(seen), deps), _pin(seen))


def _pin(seen: Subscription) -> Expected:
    return Expected.at(seen.version)
