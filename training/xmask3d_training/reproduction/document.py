# SPDX-License-Identifier: Apache-2.0
"""Tables put into a Markdown document, between ``<!-- table NAME -->`` and ``<!-- end -->``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from xmask3d_ros.files import whole_file
from xmask3d_training.engine.errors import SettingsError

_PLACE = re.compile(r"<!-- table (\S+) -->\n.*?<!-- end -->", re.DOTALL)


def fill(path: Path, tables: Mapping[str, str]) -> None:
    """Replace what stands at the tables' places; the rest of the document stays as it is.

    Raises:
        SettingsError: there is no such file, or it has no place for one of the tables, or a place for an unknown one.
    """
    if not path.is_file():
        raise SettingsError(f"there is no document {path}")
    text = path.read_text(encoding="utf-8")
    places = _PLACE.findall(text)
    if faulty := sorted(set(places) ^ set(tables)):
        raise SettingsError(
            f"{path}: one place is needed for each of the tables {', '.join(tables)}; found: "
            f"{', '.join(places) or 'none'}. Look at {faulty[0]!r}"
        )
    filled = _PLACE.sub(lambda place: f"<!-- table {place[1]} -->\n{tables[place[1]]}<!-- end -->", text)
    with whole_file(path) as temporary:
        temporary.write_text(filled, encoding="utf-8")
