"""The lesson "Optimizers" (pages/optimizers.py): its settings and runs, controls, charts and findings."""
