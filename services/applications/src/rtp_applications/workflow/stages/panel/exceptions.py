"""Guards of what the law allows instead of the usual notices, and of the record of a decision."""

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.stages.panel.deciding import find_deciding_constitution, list_decision_days
from rtp_applications.workflow.stages.panel.payloads import AgreedBy, KeyDecisionAnnouncement, Urgent

FIVE_CLEAR_DAYS = Length(5, Unit.CLEAR_DAYS)
TWENTY_EIGHT_CLEAR_DAYS = Length(28, Unit.CLEAR_DAYS)


@guard("/members", payload=True)
def decision_makers_named(step: Step) -> str | None:
    """Notice of a decision of a council's executive names who decides: the one person, or every member of the body
    (SI 2012/2089 reg 9(1)(c)).
    """
    constitution, named = find_constitution(step.snapshot), len(step.payload.members)
    if constitution is None or not constitution.is_executive:
        return None
    if constitution.is_one_person and named != 1:
        return "name the one person who decides, by the person's reference (SI 2012/2089 reg 9(1)(c))"
    if named:
        return None
    return "list the members of the body that decides, each by the person's reference (SI 2012/2089 reg 9(1)(c))"


@guard()
def general_exception_is_open(step: Step) -> str | None:
    """The law knows a general exception for a decision of this body (SI 2012/2089 reg 10; SI 2017/68 art 12)."""
    constitution = find_constitution(step.snapshot)
    if constitution and constitution.general_exception:
        return None
    return "no notice of a key decision is owed, so there is nothing to be excepted from"


@guard()
def executive_does_not_scrutinise(step: Step) -> str | None:
    """Who signs for scrutiny is not of the executive, as the notice of the key decision lists it (Local Government Act
    2000 s.9FA(3)).
    """
    notice = step.snapshot.find(KeyDecisionAnnouncement)
    of_the_executive = notice.members if notice else []
    for signed in step.signed:
        if signed.role is Role.SCRUTINY_CHAIR and signed.person in of_the_executive:
            return "scrutiny is not for a member of the executive (Local Government Act 2000 s.9FA(3))"
    return None


@guard("/what", payload=True)
def urgency_is_open(step: Step) -> str | None:
    """The law knows special urgency for this: for a key decision (SI 2012/2089 reg 11; SI 2017/68 art 13), and for a
    private meeting of an executive (SI 2012/2089 reg 5(6)).
    """
    constitution = find_constitution(step.snapshot)
    if constitution is None:
        return "the constitution of the body is not known"
    of_a_decision = step.payload.what is Urgent.KEY_DECISION
    law = constitution.special_urgency if of_a_decision else constitution.private_meeting
    return None if law else f"no {step.payload.what} of this body needs such an agreement"


@guard("/agreedBy", payload=True)
def urgency_is_agreed(step: Step) -> str | None:
    """The chair of scrutiny agrees in person. Only where there is none, or who is cannot act, does an officer put on
    file that the chair of the authority agreed, or else its vice-chair, with the reason and the reference
    (SI 2012/2089 regs 5(6), 11(1); SI 2017/68 art 13(1)).
    """
    of_scrutiny = step.payload.agreed_by is AgreedBy.SCRUTINY_CHAIR
    in_person = step.signed[-1].role is Role.SCRUTINY_CHAIR
    if of_scrutiny and not in_person:
        return "the chair of scrutiny agrees in person (SI 2012/2089 reg 11(1)(a); SI 2017/68 art 13(1)(a))"
    if in_person and not of_scrutiny:
        return "the chair of scrutiny speaks for nobody else"
    if not of_scrutiny and not (step.payload.instead_because and step.payload.reference):
        return "say why not the chair of scrutiny, and where the agreement is on paper (reg 11(1)(b), (c))"
    return None


@guard()
def private_meeting_notice_is_owed(step: Step) -> str | None:
    """Notice of a private meeting is owed where a meeting of a council's executive decides (SI 2012/2089 reg 5)."""
    constitution = find_constitution(step.snapshot)
    if constitution and constitution.private_meeting:
        return None
    return "no notice of a private meeting is owed: no meeting of an executive decides"


@guard("/representations", payload=True)
def representations_answered(step: Step) -> str | None:
    """The further notice tells what was said for a public meeting, and what was answered (SI 2012/2089 reg 5(5))."""
    if step.payload.stage == "intention" or (step.payload.representations and step.payload.response):
        return None
    return "tell the representations and the response to them (SI 2012/2089 reg 5(5))"


@guard()
def shorter_notice_is_open(step: Step) -> str | None:
    """The law lets the meeting be convened at shorter notice (SI 2012/2089 reg 6(1)(b); Local Government Act 1972
    ss.100A(6)(a), 100B(3)(a)).
    """
    constitution = find_constitution(step.snapshot)
    return None if constitution and constitution.shorter_notice else "no notice of a meeting is owed by law"


@guard()
def record_is_owed(step: Step) -> str | None:
    """A written statement of the decision is owed: of an executive decision (SI 2012/2089 regs 12, 13), and of one that
    an officer of another council or authority took (SI 2014/2095 reg 7).
    """
    constitution = find_deciding_constitution(step.snapshot)
    return None if constitution and constitution.decision_record else "the law asks for no such statement of this body"


@guard("/decidedOn", payload=True)
def record_is_of_a_decision(step: Step) -> str | None:
    """The written statement has the day of a decision that is on file (SI 2012/2089 regs 12(2)(a), 13; SI 2014/2095 reg
    7(3)).
    """
    days = list_decision_days(step.snapshot)
    if not days or step.payload.decided_on in days:
        return None
    return f"no decision of that day is on file, but of: {', '.join(map(str, days))}"
