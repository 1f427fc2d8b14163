"""The closed lists of the workflow: states, roles, grounds and the like. A new word is added; none is renamed."""

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands. Source of the list: the staged process in docs/process.md."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    EOI_SUBMITTED = "eoi-submitted"
    EOI_SCREENING = "eoi-screening"
    INFORMATION_REQUESTED = "information-requested"
    EOI_UNDER_REVIEW = "eoi-under-review"
    MODIFICATION_OFFERED = "modification-offered"
    EOI_ACCEPTED = "eoi-accepted"
    FEASIBILITY = "feasibility"
    BUSINESS_CASE = "business-case"
    CASE_SUBMITTED = "case-submitted"
    ASSURANCE = "assurance"
    PANEL_READY = "panel-ready"
    DEFERRED = "deferred"
    APPROVED_CONDITIONAL = "approved-conditional"
    CALLED_IN = "called-in"
    APPROVED = "approved"
    CONTRACT_ROUTE = "contract-route"
    TENDER_LIVE = "tender-live"
    STANDSTILL = "standstill"
    AWARDED = "awarded"
    TRANSITION = "transition"
    READINESS_REVIEW = "readiness-review"
    LAUNCHED = "launched"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not-eligible"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    TENDER_LOST = "tender-lost"
    QUASHED = "quashed"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


APPEALABLE = frozenset({Status.REFUSED, Status.NOT_ELIGIBLE, Status.STOPPED})
"""Ends that become final only when the appeal window closes."""
ENDED = APPEALABLE | {
    Status.LAUNCHED,
    Status.WITHDRAWN,
    Status.LAPSED,
    Status.TENDER_LOST,
    Status.QUASHED,
    Status.SUPERSEDED,
}
OPEN = frozenset(Status) - ENDED
LIVING = (OPEN - {Status.DRAFT}) | APPEALABLE | {Status.LAUNCHED}
"""Statuses in which something can still be asked of the bodies: of what may be appealed, until that is final."""
OWED_BY_THE_GROUP = frozenset(
    {
        Status.DRAFT,
        Status.INFORMATION_REQUESTED,
        Status.MODIFICATION_OFFERED,
        Status.FEASIBILITY,
        Status.BUSINESS_CASE,
        Status.DEFERRED,
        Status.APPROVED_CONDITIONAL,
    }
)
"""Statuses in which the staff group owes the next step, so that a case lies idle by its doing alone: ADR 0013.

No status in which a body owes it: a body's silence is its own missed deadline, never the end of a case. Nor in
transition, where the transfer waits on duties of employer, commissioner and group at once and a contract is signed.
"""
BEFORE_A_DECISION = frozenset(
    {
        Status.DRAFT,
        Status.PROPOSED,
        Status.EOI_SUBMITTED,
        Status.EOI_SCREENING,
        Status.INFORMATION_REQUESTED,
        Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
    }
)
AFTER_A_DECISION = (OPEN - BEFORE_A_DECISION) | APPEALABLE | {Status.LAUNCHED, Status.TENDER_LOST}


NEVER_IN_A_CHALLENGE = frozenset(
    {
        Status.PROPOSED,
        Status.FEASIBILITY,
        Status.BUSINESS_CASE,
        Status.CASE_SUBMITTED,
        Status.ASSURANCE,
        Status.PANEL_READY,
        Status.DEFERRED,
        Status.APPROVED_CONDITIONAL,
        Status.APPROVED,
    }
)
"""A challenge has no business case, and no decision of the employer upon one."""


class Role(StrEnum):
    """In which capacity a person acts in one case."""

    APPLICANT_LEAD = "applicant-lead"
    APPLICANT_MEMBER = "applicant-member"
    STAFF_REP = "staff-rep"
    CASE_OFFICER = "case-officer"
    PANEL_MEMBER = "panel-member"
    DECISION_MAKER = "decision-maker"
    SCRUTINY_CHAIR = "scrutiny-chair"
    COMMISSIONER = "commissioner"
    FURTHER_EMPLOYER = "further-employer"
    """Speaks for an employer of some of the staff besides the one that leads."""
    ADVISER = "adviser"
    MENTOR = "mentor"
    FUNDER = "funder"
    MUTUAL_BOARD = "mutual-board"
    MUTUALS_TEAM = "mutuals-team"
    ESCALATION_REVIEWER = "escalation-reviewer"
    AUDITOR = "auditor"
    SYSTEM = "system"
    CLIENT = "client"
    """A client for itself, in none of the case's roles: it says who fills its body's roles, or brings a case in."""


APPLICANTS = frozenset({Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER})
MAY_NOT_DECIDE = APPLICANTS | {Role.ADVISER, Role.MENTOR, Role.FUNDER, Role.STAFF_REP, Role.MUTUAL_BOARD}
"""Separation of duties: nobody who applied, advised or would fund may decide."""


class Suspension(StrEnum):
    LITIGATION = "litigation"
    PRE_ELECTION = "pre-election-period"
    REORGANISATION = "reorganisation"
    STATUTORY_CONSULTATION = "statutory-consultation"
    SECTION_114_NOTICE = "section-114-notice"


class Ground(StrEnum):
    """The closed list of grounds for rejecting an expression of interest: SI 2012/1647, schedule."""

    NON_COMPLIANT = "non-compliant"
    INFO_INADEQUATE_OR_INACCURATE = "information-inadequate-or-inaccurate"
    BODY_NOT_SUITABLE = "body-not-suitable"
    SERVICE_STOPPING = "service-stopping"
    NHS_INTEGRATION_CRITICAL = "nhs-integration-critical"
    PROCUREMENT_UNDERWAY = "procurement-underway"
    THIRD_PARTY_NEGOTIATIONS = "third-party-negotiations"
    STAFF_MUTUAL_INTENTION_PUBLISHED = "staff-mutual-intention-published"
    FRIVOLOUS_OR_VEXATIOUS = "frivolous-or-vexatious"
    UNLAWFUL = "unlawful"


class StatutoryItem(StrEnum):
    """The closed list of what a challenge must tell, and so of what may be insisted on: SI 2012/1313, schedule."""

    FINANCES = "finances"
    CAPABILITY = "capability"
    PARTNER_FINANCES = "partner-finances"
    """Of each member of the consortium and each subcontractor, as the next."""
    PARTNER_CAPABILITY = "partner-capability"
    SERVICE_AND_AREA = "service-and-area"
    OUTCOMES = "outcomes"
    WELL_BEING = "social-economic-environmental-value"
    USER_NEEDS = "user-needs"
    EMPLOYEE_ENGAGEMENT = "employee-engagement"


class PartnerKind(StrEnum):
    """With whom a body that challenges means to provide the service: SI 2012/1313."""

    CONSORTIUM_MEMBER = "consortium-member"
    SUBCONTRACTOR = "subcontractor"


class Strand(StrEnum):
    """What assurance looks at; every strand is rated before the panel meets."""

    FINANCE = "finance"
    LEGAL = "legal"
    HR = "hr"
    VALUE_FOR_MONEY = "value-for-money"
    EQUALITY = "equality"
    DATA = "data"
    COMMISSIONER = "commissioner"


class Audience(StrEnum):
    """Who of those who see a case also sees a record in it."""

    EVERYBODY = "everybody"
    BODIES = "bodies"
    """Employer, commissioner, decision body and duty holder: applicants never see ratings before the decision."""


class Confidentiality(StrEnum):
    """Who of those who see a case may read a document in it: staff group and bodies all, the others the first two."""

    PUBLIC = "public"
    INTERNAL = "internal"
    """To whoever has a part in the case."""
    CONFIDENTIAL = "confidential"
    COMMERCIAL = "commercial"
    """Confidential for commercial reasons: prices, bids, plans that a rival could use."""


class Criterion(StrEnum):
    """A criterion of options appraisals and of the panel's reasons. Source: toolkits for libraries (gov.uk, 2017)."""

    DESIRABILITY = "desirability"
    VIABILITY = "viability"
    FEASIBILITY = "feasibility"


class OptionKind(StrEnum):
    """What an appraised option would make of the service."""

    STATUS_QUO = "status-quo"
    IN_HOUSE_IMPROVEMENT = "in-house-improvement"
    MUTUAL = "mutual"
    OUTSOURCE = "outsource"
    OTHER = "other"


class EngagementMethod(StrEnum):
    """How staff were engaged."""

    MEETING = "meeting"
    WORKSHOP = "workshop"
    SURVEY = "survey"
    WRITTEN_CONSULTATION = "written-consultation"
    BALLOT = "ballot"
    OTHER = "other"


class Help(StrEnum):
    """Help on better terms than the market's, which may be a subsidy (Subsidy Control Act 2022)."""

    LOAN = "loan"
    GRANT = "grant"
    PREMISES = "premises"
    GUARANTEE = "guarantee"
    SERVICES = "services"
    OTHER = "other"


class Rating(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class PanelOutcome(StrEnum):
    """What a member of the panel may vote for."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve-with-conditions"
    DEFER = "defer"
    REFUSE = "refuse"
    ABSTAIN = "abstain"


class DocumentKind(StrEnum):
    """What a document is. All but the last belong to a business case, as the published toolkits name them."""

    OPTIONS_APPRAISAL = "options-appraisal"
    BUSINESS_PLAN = "business-plan"
    CASH_FLOW = "cash-flow"
    FIVE_CASE_SUMMARY = "five-case-summary"
    STAFF_ENGAGEMENT_REPORT = "staff-engagement-report"
    BALLOT_RESULT = "ballot-result"
    CONSULTATION_LOG = "consultation-log"
    TUPE_LIST = "tupe-list"
    """Pseudonymised: no names of staff."""
    MEASURES_LETTER = "measures-letter"
    PENSION_PLAN = "pension-plan"
    """With the actuary's figures: rate, bond or guarantee, treatment of a deficit."""
    ASSETS_AND_LIABILITIES = "assets-and-liabilities"
    TAX_NOTE = "tax-note"
    """Advice on VAT and other taxes."""
    GOVERNANCE_MODEL = "governance-model"
    RISK_REGISTER = "risk-register"
    VALUE_FOR_MONEY_APPRAISAL = "value-for-money-appraisal"
    EQUALITY_IMPACT_ASSESSMENT = "equality-impact-assessment"
    DATA_PROTECTION_IMPACT_ASSESSMENT = "data-protection-impact-assessment"
    SOCIAL_VALUE_STATEMENT = "social-value-statement"
    TRANSITION_PLAN = "transition-plan"
    EXIT_PLAN = "exit-plan"
    COMMISSIONER_SUPPORT_LETTER = "commissioner-support-letter"
    CONFLICT_REGISTER = "conflict-register"
    SUBSIDY_CONTROL_NOTE = "subsidy-control-note"
    OTHER = "other"


WITH_EXECUTIVES = ("county", "unitary", "district", "metropolitan-borough", "london-borough")
"""Kinds of councils that have executive arrangements, and so key decisions, agendas and call-in."""
UNTIL_THE_LAUNCH = frozenset({Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW})
PREPARING = frozenset({Status.AWARDED, Status.TRANSITION})
"""While the readiness review lasts, nothing that it looks at changes."""


class Decision(StrEnum):
    """What was decided of a case. A new word is added; none is renamed."""

    ACCEPTED = "accepted"
    ACCEPTED_AS_MODIFIED = "accepted-as-modified"
    ACCEPTED_IN_PART = "accepted-in-part"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not-eligible"
    APPROVED = "approved"
    APPROVED_CONDITIONALLY = "approved-conditionally"
    DEFERRED = "deferred"
    AWARDED = "awarded"
    TENDER_LOST = "tender-lost"
    QUASHED = "quashed"
    STOPPED = "stopped"
