"""The refusals about engagements."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchEngagement(NotFound):
    title = "There is no such engagement, or you may not know of it"


class NotYourSide(Forbidden):
    title = "Only the other side of the engagement may do that"


class EngagementElsewhere(Conflict):
    title = "The engagement's state does not allow it"


class OfferHasLapsed(Conflict):
    title = "The time to answer the offer is over"


class AdviserHasDeclined(Conflict):
    title = "The adviser has declined to help this staff group"


class ContactOutOfBounds(Invalid):
    title = "The day of the first contact lies outside of the engagement"


class ConsentedBefore(Conflict):
    title = "The staff group has consented before"
