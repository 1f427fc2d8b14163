"""Refusals of forecasts."""

from rtp_shared.problems import Invalid


class CannotForecast(Invalid):
    title = "What is to be forecast cannot happen"
