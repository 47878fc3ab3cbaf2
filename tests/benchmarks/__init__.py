"""Measured surfaces, each beside a peer or the physical limit in the same run. `python -m tests.benchmarks` prints the tables."""
