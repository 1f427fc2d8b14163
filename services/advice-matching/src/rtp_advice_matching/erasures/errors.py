"""The refusals about erasures of texts and of people."""

from rtp_shared.problems import Forbidden, Invalid, NotFound


class NoSuchSupportErasure(NotFound):
    title = "There is no such erasure, or you may not know of it"


class NobodyNamed(NotFound):
    title = "Nothing that is kept here names such a person"


class NotYoursToErase(Forbidden):
    title = "Only whoever wrote it, or answers for the data, may have that erased"


class NotSaidOfWhat(Invalid):
    title = "An erasure of a person takes a reference, every other one an id"
