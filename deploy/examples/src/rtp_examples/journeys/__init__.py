"""Journeys: one case from its beginning to its end each, through the API as an integrator's systems would use it."""
