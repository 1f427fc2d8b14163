"""Version 2: of what the law asks around a contract, the contract details notice alone was counted."""

from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.contract_duties.settings import SETTINGS, TIMES

VERSION_2 = Earlier(
    added=frozenset({"record-contract-publication", "record-modification"}) | SETTINGS.keys() | TIMES.keys()
)
