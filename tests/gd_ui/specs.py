"""What a chart's template says, read from its Vega-Lite spec: the data it draws, the columns it uses, its formulas."""

import json
import re
from collections.abc import Iterator

from gd_ui.charts.template import Spec


def nodes(node: object) -> Iterator[dict]:
    """Yield every object of a spec."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def drawn(spec: Spec) -> set[str]:
    """Return the names of the data that some layer draws; others never reach the browser's expressions."""
    return {node["data"]["name"] for node in nodes(spec) if isinstance(node.get("data"), dict)}


def names_read(spec: Spec) -> set[str]:
    """Return the names of all data a template draws or reads in an expression."""
    return drawn(spec) | set(re.findall(r"data\('([^']+)'\)", json.dumps(spec)))


def made(layer: dict) -> set[str]:
    """Return the columns that a layer's transforms make."""
    names = [transform.get("as") for transform in layer.get("transform", [])]
    return {name for entry in names for name in (entry if isinstance(entry, list) else [entry]) if name}


def columns_read(spec: Spec) -> dict[str, set[str]]:
    """Return the columns a template reads, by the name of their data: encoded, or named in an expression."""
    found: dict[str, set[str]] = {}
    for layer in nodes(spec):
        if isinstance(layer.get("data"), dict) and "encoding" in layer:
            transforms = layer.get("transform", [])
            flattened = {name for t in transforms for name in t.get("flatten", [])}
            new = {t["as"] for t in transforms if isinstance(t.get("as"), str)} | flattened
            fields = {channel["field"] for channel in nodes(layer["encoding"]) if "field" in channel}
            named = re.findall(r"\bdatum\.(\w+)", " ".join(expressions(layer)))
            found.setdefault(layer["data"]["name"], set()).update(fields.union(named) - new)
    for name, column in re.findall(r"data\('([^']+)'\)\[0\]\.(\w+)", " ".join(expressions(spec))):
        found.setdefault(name, set()).add(column)
    return found


def expressions(node: object) -> list[str]:
    """Return every expression of a spec, in parameters, encodings and transforms."""
    keys = ("expr", "calculate", "filter")
    return [found[key] for found in nodes(node) for key in keys if isinstance(found.get(key), str)]
