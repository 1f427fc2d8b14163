"""Version 2: nobody put on file what the authority did then."""

from rtp_applications.workflow.earlier import Earlier

VERSION_2 = Earlier(added=frozenset({"decide-on-procurement"}))
