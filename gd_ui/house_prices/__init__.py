"""The lesson "House prices" (pages/house_prices.py): its settings and runs, controls, charts and findings."""
