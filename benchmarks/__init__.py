"""Benchmarks: what the lab promises about speed, as figures and ratios of one run. Never part of the tests.

    python -m benchmarks            all of them, a few minutes
    python -m benchmarks rerun      one of them

They need requirements-dev.txt and a Chromium.
"""
