# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of interfaces and parameters, and config/segment.yaml, from the node's own declarations.

``python -m xmask3d_ros.nodes.document README.md config/segment.yaml``: in a Markdown file the tables go between the
markers ``<!-- interfaces -->`` and ``<!-- end of interfaces -->``; a YAML file is written whole.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from xmask3d_ros.nodes import interfaces
from xmask3d_ros.nodes.interfaces import Endpoint
from xmask3d_ros.nodes.parameters import PARAMETERS, Value

START, END = "<!-- interfaces -->", "<!-- end of interfaces -->"


def tables() -> str:
    """Topics, services and parameters as Markdown."""
    return "\n\n".join(
        [
            "### Subscribed topics",
            _topics(interfaces.INPUTS),
            "### Published topics",
            _topics(interfaces.OUTPUTS),
            "### Services",
            _table(
                ("service", "type", "what it does"),
                ((_code(each.name), _code(each.type_name), each.description) for each in interfaces.SERVICES),
            ),
            "### Parameters",
            _table(
                ("parameter", "type", "default", "range", "meaning"),
                (
                    (_code(each.name), each.kind, _code(literal(each.default)), each.range, each.description)
                    for each in PARAMETERS
                ),
            ),
        ]
    )


def _topics(endpoints: Iterable[Endpoint]) -> str:
    rows = ((_code(each.name), _code(each.type_name), each.qos, each.description) for each in endpoints)
    return _table(("topic", "type", "QoS", "what it is"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def literal(value: Value) -> str:
    """A value as YAML writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def parameter_file() -> str:
    """config/segment.yaml: every parameter with its default."""
    lines = ["# Every parameter of the node with its default. They take effect when the node is configured.", "/**:"]
    lines.append("  ros__parameters:")
    for parameter in PARAMETERS:
        allowed = f" [{parameter.range}]" if parameter.range else ""
        lines.append(f"    # {parameter.description}{allowed}")
        lines.append(f"    {parameter.name}: {json.dumps(parameter.default)}")
    return "\n".join(lines) + "\n"


def with_tables(text: str) -> str:
    """A Markdown text with its tables brought up to date. Raises ValueError where the markers are missing."""
    if START not in text or END not in text:
        raise ValueError(f"the markers {START} and {END} are missing")
    before, _, rest = text.partition(START)
    return f"{before}{START}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring files up to date."""
    parser = argparse.ArgumentParser(prog="document", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="Markdown with markers, or the parameter file (.yaml)")
    for path in parser.parse_args(arguments).files:
        text = parameter_file() if path.suffix == ".yaml" else with_tables(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
