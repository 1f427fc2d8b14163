"""Access to subscriptions, as types in the signature of a route."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from rtp_shared.auth import Access, Public
from rtp_shared.identities import Principal

Reader = Annotated[Principal, Depends(Access("subscriptions:read"))]
Writer = Annotated[Principal, Depends(Access("subscriptions:write"))]
Anyone = Annotated[Principal | None, Depends(Public())]
SubscriptionId = Annotated[UUID, Path(description="The subscription's id")]
