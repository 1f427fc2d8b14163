"""The refusals about notices for cases."""

from rtp_shared.problems import NotFound


class NoSuchWatch(NotFound):
    title = "No notices are looked for on behalf of this case, or you may not know of it"
