"""The lesson "Pitfalls" (pages/pitfalls.py): its settings and runs, controls, charts and findings."""
