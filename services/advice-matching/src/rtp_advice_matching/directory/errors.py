"""The refusals of the directory."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchAdviser(NotFound):
    title = "There is no such adviser"


class NoSuchNetwork(NotFound):
    title = "There is no such adviser network"


class AdviserHasLeft(Conflict):
    title = "The adviser no longer takes part"


class AdviserNotIndependent(Conflict):
    title = "The adviser is not independent of the matter"


class NoPlaceLeft(Conflict):
    title = "The adviser has no free place any more"


class NoHoursLeft(Conflict):
    title = "The adviser has too few hours left in the month to come"


class ContradictoryProfile(Invalid):
    title = "The profile contradicts itself"


class ContactDetailsGiven(Invalid):
    title = "The profile holds contact details"


class NotYourNetwork(Forbidden):
    title = "A client keeps the profiles of its own organisation only"


class NotAModerator(Forbidden):
    title = "Only a client with the scope advisers:oversee may do that"


class NetworkNotRecorded(Conflict):
    title = "Record your organisation as a network first"


class NetworkRecordedAlready(Conflict):
    title = "Your organisation is a network already"


class ProfileNotPublished(Conflict):
    title = "The profile is not published"


class ProfileSuspended(Conflict):
    title = "The operator has suspended the profile"


class ProfileTakenDown(Conflict):
    title = "The profile was taken down"


class ProfileStale(Conflict):
    title = "The profile must be verified before it is published"
