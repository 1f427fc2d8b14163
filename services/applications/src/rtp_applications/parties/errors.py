"""Refusals about the people of a case."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchParty(NotFound):
    title = "The case has no such party"


class NotYoursToAppoint(Forbidden):
    title = "Somebody else says who has that role in the case"


class NotYoursToChange(Forbidden):
    title = "Somebody else changes or ends that party"


class DutiesSeparated(Conflict):
    title = "Nobody decides who applied, advised, represented staff or would fund"


class RolesCheckEachOther(Conflict):
    title = "One person does not hold two roles in a case of which one checks the other"


class HatsNotRecorded(Invalid):
    title = "A joint officer's two hats are on record"


class HeldAlready(Conflict):
    title = "That person has the role already"


class PartyIsOver(Conflict):
    title = "The party has ended"


class LeadIsHandedOver(Conflict):
    title = "A staff group always has exactly one lead: appoint another, and this one ends"


class NotAHolder(Invalid):
    title = "That client or organisation cannot vouch for a person in that role"


class ValidityNotRight(Invalid):
    title = "The party cannot hold for that time"
