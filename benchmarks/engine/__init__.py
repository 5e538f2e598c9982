"""The engine's promises: every workload against every peer that is installed, in one command.

    pip install -r benchmarks/requirements.txt
    python -m benchmarks engine                         the whole table, the cold start and how cost grows
    python -m benchmarks engine --only W1,W6            some workloads
    python -m benchmarks engine --chart growth.json     the growth as an Altair chart, HTML (growth.html) or JSON

A peer that is not installed is named as absent.
"""
