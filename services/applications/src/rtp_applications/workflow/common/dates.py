"""Dates that the definitions have in common."""

from datetime import date

FIRST = date(2026, 11, 23)
"""The day since which the first versions of the processes hold, and most of their settings."""
SECOND = date(2026, 11, 30)
"""The day since which the second versions hold."""
THIRD = date(2026, 11, 30)
"""The day since which the third versions hold."""
FOURTH = date(2026, 11, 30)
"""The day since which the fourth versions hold."""
