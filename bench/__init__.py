"""Benchmarks that anyone can run: ours beside the floor, in one run. `python -m bench [--only NAME]`."""
