"""The services that make up the platform."""

from collections.abc import Sequence

from rtp_advice_matching.app import service as advice_matching
from rtp_applications.app import service as applications
from rtp_finance_directory.app import service as finance_directory
from rtp_gateway.app import service as gateway
from rtp_shared.service import Service

SERVICES: Sequence[Service] = (applications, advice_matching, finance_directory)
"""Those behind the gateway."""
ALL: Sequence[Service] = (*SERVICES, gateway)
