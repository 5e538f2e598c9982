"""The lesson "Batch sizes" (pages/batch_sizes.py): its settings and runs, controls, charts and findings."""
