"""Access rules, as types in a route's signature."""

from typing import Annotated

from fastapi import Depends

from rtp_shared.auth import Access, Public
from rtp_shared.contracts.subject_data import ASK
from rtp_shared.identities import Principal

FinanceReader = Annotated[Principal, Depends(Access("finance:read"))]
SubjectReader = Annotated[Principal, Depends(Access(ASK))]
Anyone = Annotated[Principal | None, Depends(Public())]
FinanceWriter = Annotated[Principal, Depends(Access("finance:write"))]
FinanceOverseer = Annotated[Principal, Depends(Access("finance:oversee"))]
