"""Plumbing and contracts shared by every service. It knows no word of the domain beyond the events in `contracts`."""
