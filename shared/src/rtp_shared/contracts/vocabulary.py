"""The closed lists that events and APIs share: the published language between the services.

Sources: sectors after the Mutuals Task Force (2012) and later Cabinet Office counts; legal forms after Companies House,
the FCA Mutuals Register and the Charity Commission; finance purposes after Good Finance's product facets; support
topics after the Mutuals Support Programme. A new word is added at the end; none is renamed.
"""

from enum import StrEnum


class Route(StrEnum):
    """The legal route of a case. It drives clocks, grounds and end states."""

    RIGHT_TO_PROVIDE = "right-to-provide"
    COMMUNITY_RIGHT_TO_CHALLENGE = "community-right-to-challenge"
    EMPLOYER_LED = "employer-led"
    RIGHT_TO_REQUEST = "right-to-request"


class Sector(StrEnum):
    COMMUNITY_HEALTH = "community-health"
    MENTAL_HEALTH = "mental-health"
    ACUTE = "acute-and-specialist"
    PRIMARY_CARE = "primary-care"
    PUBLIC_HEALTH = "public-health"
    ADULT_SOCIAL_CARE = "adult-social-care"
    CHILDRENS_SOCIAL_CARE = "childrens-social-care"
    YOUTH = "youth"
    EARLY_YEARS = "early-years"
    EDUCATION = "education-and-school-support"
    ADULT_LEARNING = "adult-and-community-learning"
    EMPLOYMENT = "employment-and-skills"
    LIBRARIES = "libraries-and-archives"
    CULTURE = "museums-and-arts"
    LEISURE = "leisure-and-sport"
    PARKS = "parks-and-environment"
    HOUSING = "housing-and-homelessness"
    FIRE = "fire-and-rescue"
    JUSTICE = "probation-and-justice"
    BACK_OFFICE = "back-office"
    REGULATORY = "regulatory"
    TRANSPORT = "transport"
    OTHER = "other"


class LegalForm(StrEnum):
    """Intended legal form of the mutual; it may well be undecided until late."""

    CIC_SHARES = "cic-limited-by-shares"
    CIC_GUARANTEE = "cic-limited-by-guarantee"
    COMPANY_SHARES = "company-limited-by-shares"
    COMPANY_GUARANTEE = "company-limited-by-guarantee"
    COMMUNITY_BENEFIT_SOCIETY = "community-benefit-society"
    COOPERATIVE_SOCIETY = "cooperative-society"
    LLP = "limited-liability-partnership"
    CHARITY = "charity"
    EMPLOYEE_OWNERSHIP_TRUST = "employee-ownership-trust"


class FinancePurpose(StrEnum):
    ASSET = "asset"
    WORKING_CAPITAL = "working-capital"
    GROWTH = "growth"
    REFINANCE = "refinance"
    CONTRACT_READINESS = "contract-readiness"
    BUY_OUT = "buy-out"


class SupportTopic(StrEnum):
    LEGAL = "legal"
    FINANCIAL = "financial"
    BUSINESS_PLANNING = "business-planning"
    MARKETING = "marketing"
    HR = "hr-and-organisation"
    BID_WRITING = "bid-writing"
    SOCIAL_VALUE = "social-value"
    GOVERNANCE = "governance"
    PENSIONS = "pensions"
    PROCUREMENT = "procurement"
    TUPE = "tupe"
    VAT = "vat"


class Stage(StrEnum):
    """How far a case has come, as the published toolkits name it."""

    EXPLORE = "explore"
    MAKE_THE_CASE = "make-the-case"
    PLAN = "plan"
    IMPLEMENT = "implement"
    SUCCEED = "succeed"
