"""Version 2: nothing was accepted in part; of a challenge, the platform's own days for a duty to publish were said to
be the statute's, and nobody was asked for the well-being of the area.
"""

from dataclasses import replace
from functools import partial

from rtp_applications.workflow.common.clocks import as_if_statutory
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.review.payloads import PlainAcceptance, PlainModification

VERSION_2_DATES = Earlier(
    actions={
        "accept-eoi": partial(replace, payload_model=PlainAcceptance),
        "offer-modification": partial(replace, payload_model=PlainModification),
    },
    clocks={
        "publish-maximum-period": as_if_statutory,
        "eoi-decision": partial(replace, starts_late=False, yields_to=None),
    },
    added=frozenset({"accept-part", "decline-part"}),
)
