"""Rules of the case itself that belong to no stage. Pure."""

from rtp_applications.cases.errors import WouldDisclose
from rtp_applications.sides import is_of_named_body
from rtp_applications.workflow.snapshot import Facts


def require_no_disclosure(case: Facts) -> None:
    """Refuse a draft that a body which it names could read: only submitting it discloses it."""
    if case.submitted_at is None and is_of_named_body(case, case.readers):
        raise WouldDisclose("a body that the case names vouches for somebody in this draft; end that party first")
