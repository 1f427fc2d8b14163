"""Bounds of the days on which parts of the information pack were disclosed."""

from rtp_applications.workflow.bounds import bound, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION
from rtp_applications.workflow.stages.appraisal.payloads import PARTS

OF_THE_PACK = with_late_entries(*(bound(part, SUBMISSION) for part in PARTS))
