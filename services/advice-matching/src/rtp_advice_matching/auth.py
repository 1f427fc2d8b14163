"""Access rules, as types in a route's signature."""

from typing import Annotated

from fastapi import Depends

from rtp_shared.auth import Access, Public
from rtp_shared.contracts.subject_data import ASK
from rtp_shared.identities import Principal

SubjectReader = Annotated[Principal, Depends(Access(ASK))]
Anyone = Annotated[Principal | None, Depends(Public())]
AdviserReader = Annotated[Principal, Depends(Access("advisers:read"))]
AdviserWriter = Annotated[Principal, Depends(Access("advisers:write"))]
AdviserModerator = Annotated[Principal, Depends(Access("advisers:oversee"))]
SupportReader = Annotated[Principal, Depends(Access("support:read"))]
SupportMatcher = Annotated[Principal, Depends(Access("support:match"))]
SupportWriter = Annotated[Principal, Depends(Access("support:write"))]
