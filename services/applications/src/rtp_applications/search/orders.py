"""The orders of a list of cases."""

from enum import StrEnum


class CaseOrder(StrEnum):
    """The order of a list of cases."""

    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED = "changed"
    SUBMITTED = "submitted"

    @property
    def is_by_time(self) -> bool:
        """Whether the cursor holds a time beside the id."""
        return self in (CaseOrder.CHANGED, CaseOrder.SUBMITTED)
