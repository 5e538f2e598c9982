"""The lesson "Gradient" (pages/gradient.py): its settings and runs, controls, charts and findings."""
