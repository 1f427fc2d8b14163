"""Signatories that actions of more than one stage ask for."""

from rtp_applications.workflow.definition import one_of
from rtp_applications.workflow.enums import Role

JOINT = one_of(Role.APPLICANT_LEAD) + one_of(Role.CASE_OFFICER)
SECOND_DECIDER = frozenset({Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.CASE_OFFICER})
"""The roles of the second person that a refusal needs."""
JOINTLY = one_of(Role.APPLICANT_LEAD) + one_of(Role.COMMISSIONER)
EITHER_SIDE = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD, Role.COMMISSIONER, Role.CASE_OFFICER)
BODY_SIDE = (Role.COMMISSIONER, Role.CASE_OFFICER)
