"""The refusals about complaints on data protection."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class NoSuchComplaint(NotFound):
    title = "There is no such complaint, or you may not know of it"


class NotTheBody(Forbidden):
    title = "Only the body that the complaint was made to acknowledges and answers it"


class AcknowledgedAlready(Conflict):
    title = "The complaint is acknowledged already"


class AnsweredAlready(Conflict):
    title = "The complaint has its outcome already"
