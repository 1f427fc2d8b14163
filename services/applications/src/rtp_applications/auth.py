"""Who may call what, as types in a route's signature."""

from typing import Annotated

from fastapi import Depends

from rtp_shared.auth import Access, Principal, Public

CaseReader = Annotated[Principal, Depends(Access("cases:read"))]
CaseWriter = Annotated[Principal, Depends(Access("cases:write"))]
Anyone = Annotated[Principal | None, Depends(Public())]
