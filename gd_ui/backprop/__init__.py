"""The lesson "Backpropagation" (pages/backprop.py): its settings and runs, controls, charts and findings."""
