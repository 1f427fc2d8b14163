"""Refusals of files of cases."""

from rtp_shared.problems import Invalid, NotFound


class NoSuchImport(NotFound):
    title = "There is no such import, or it is not yours"


class NotAFileOfCases(Invalid):
    title = "The file cannot be read as a file of cases"
