"""Refusals about records of awards."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class AlreadyOnRecord(Conflict):
    title = "This contract is on record already: same authority, provider, day and kind of services"


class NoSuchAward(NotFound):
    title = "There is no such award"


class NotYourAward(Forbidden):
    title = "A client records the awards of its own organisation only"


class AwardWithdrawn(Conflict):
    title = "The record of the award was withdrawn already"
