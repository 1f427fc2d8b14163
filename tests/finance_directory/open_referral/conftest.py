"""What the directory's tests stand on, for those of the search too."""

from tests.finance_directory.directory.conftest import _directory_is_left_as_it_was, anybody, funder

__all__ = ["_directory_is_left_as_it_was", "anybody", "funder"]
