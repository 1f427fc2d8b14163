"""What the tests of grants stand on, for the judges too."""

from tests.finance_directory.grants.conftest import anybody, grants

__all__ = ["anybody", "grants"]
