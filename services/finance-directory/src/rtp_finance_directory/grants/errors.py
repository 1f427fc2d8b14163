"""The refusals of grants."""

from rtp_shared.problems import NotFound, Unavailable


class NoSuchGrant(NotFound):
    title = "There is no such grant"


class TakesTooLong(Unavailable):
    title = "That takes too long to find: narrow it to a funder, a region or some years"


class NothingToExport(NotFound):
    title = "There is no grant to export"
