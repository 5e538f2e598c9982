"""Charts: pure functions from nothing to one Vega-Lite template each; data are sent to them by name.

Building Altair objects takes longer than everything else in a rerun, so a template is built once per process and only
data travel afterwards. Whatever depends on the data (domains, counts, titles) is therefore read from the data.
"""
