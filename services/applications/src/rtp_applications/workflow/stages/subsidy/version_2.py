"""Version 2: subsidies were declared by their kinds alone."""

from rtp_applications.workflow.earlier import Earlier

VERSION_2 = Earlier(
    added=frozenset({"record-assistance", "notify-assistance", "confirm-assistance", "give-assistance"})
)
