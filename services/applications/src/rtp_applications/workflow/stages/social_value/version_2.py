"""Version 2: social value was not on file."""

from rtp_applications.workflow.earlier import Earlier

VERSION_2 = Earlier(added=frozenset({"consider-social-value"}))
