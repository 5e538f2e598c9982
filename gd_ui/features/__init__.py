"""The lesson "Features" (pages/features.py): its settings and runs, controls, charts and findings."""
