"""The lesson "Loss surface" (pages/loss_surface.py): its settings and runs, controls, charts and findings."""
