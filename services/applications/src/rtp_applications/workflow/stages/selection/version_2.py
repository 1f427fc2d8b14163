"""Version 2: the regime was chosen, and its steps before the notice of intention to award were not on file."""

from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.selection.settings import IDENTIFICATION

VERSION_2 = Earlier(
    added=frozenset(
        {"publish-selection-notice", "determine-key-criteria", "choose-provider", "judge-exclusion", IDENTIFICATION}
    )
)
