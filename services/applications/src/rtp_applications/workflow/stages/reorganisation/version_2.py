"""Version 2: one body followed another, and no resolution began a time anew."""

from rtp_applications.workflow.earlier import Earlier

VERSION_2 = Earlier(added=frozenset({"choose-successor", "record-reorganisation-resolution"}))
