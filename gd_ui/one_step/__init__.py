"""The lesson "One step" (pages/one_step.py): its settings and runs, controls, charts and findings."""
