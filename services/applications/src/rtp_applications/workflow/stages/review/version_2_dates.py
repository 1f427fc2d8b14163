"""Version 2 of a challenge: the platform's own days for a duty to publish were said to be the statute's."""

from dataclasses import replace
from functools import partial

from rtp_applications.workflow.common.clocks import as_if_statutory
from rtp_applications.workflow.earlier import Earlier

VERSION_2_DATES = Earlier(
    clocks={"publish-maximum-period": as_if_statutory, "eoi-decision": partial(replace, starts_late=False)}
)
