"""Journeys: one case from its beginning to its end each, told through the API as an integrator's systems would."""
