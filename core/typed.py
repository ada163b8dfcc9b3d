"""What people type, made fit to be stored: line ends as Unix has them, nothing that PostgreSQL cannot hold."""

from __future__ import annotations

import re
from typing import Any

# NUL and halves of surrogate pairs: a browser sends them only from broken pastes; text and jsonb refuse both.
UNFIT = re.compile("[\x00\ud800-\udfff]")


def text(value: Any) -> str:
    """Any value as text; None is empty."""
    return UNFIT.sub("", "" if value is None else str(value)).replace("\r\n", "\n")
