"""Benchmarks: what the lab promises about speed, as figures and ratios of one run. Never part of the tests.

    python -m benchmarks            all of them, a few minutes
    python -m benchmarks rerun      one of them
    python -m benchmarks engine     the descent engine against NumPy, scikit-learn, PyTorch, JAX and numba

All but the last need requirements-dev.txt and a Chromium; the last needs benchmarks/requirements.txt.
"""
