"""The refusals about guides, toolkits and templates."""

from rtp_shared.problems import NotFound


class NoSuchResource(NotFound):
    title = "There is no such guide, toolkit or template"
