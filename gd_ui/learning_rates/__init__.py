"""The lesson "Learning rates" (pages/learning_rates.py): its settings and runs, controls, charts and findings."""
