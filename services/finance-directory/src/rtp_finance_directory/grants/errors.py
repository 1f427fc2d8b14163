"""The refusals of grants."""

from rtp_shared.problems import NotFound


class NoSuchGrant(NotFound):
    title = "There is no such grant"


class NothingToExport(NotFound):
    title = "There is no grant to export"
