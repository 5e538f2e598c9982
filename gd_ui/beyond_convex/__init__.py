"""The lesson "Beyond convex" (pages/beyond_convex.py): its settings and runs, controls, charts and findings."""
