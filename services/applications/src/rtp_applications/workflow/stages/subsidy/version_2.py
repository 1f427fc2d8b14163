"""Version 2: subsidies were declared by their kinds alone."""

from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.subsidy.settings import DATABASE, TAX

VERSION_2 = Earlier(
    added=frozenset(
        {
            *("record-assistance", "notify-assistance", "confirm-assistance", "give-assistance"),
            *("record-subsidy-database-entry", DATABASE, TAX),
        }
    )
)
