"""What a file of grants may hold, and where."""

from rtp_finance_directory.grants.standard.problems import GrantRule
from rtp_finance_directory.loading.json_file import Layout
from rtp_finance_directory.loading.problems import Problem

MOST_CHARACTERS = 1_048_576
"""Of one grant."""
TOO_LARGE = Problem(
    0, "", GrantRule.TOO_LARGE.value, "is larger than a grant may be", "A grant has at most a million characters"
)
PACKAGE = Layout(frozenset({"grants"}), "grants", MOST_CHARACTERS, TOO_LARGE)
