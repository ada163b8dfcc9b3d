"""Places on a page that upper floors may fill: the page of a lower floor names the place and never its fillers.

    {% slot "programs.special" special %}            in the template of the page
    slots.register("programs.special", fill)         in the urls module of an upper app; fill(actor, obj) -> (template, context) | None

See docs/adr/0006-slots.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Fill = Callable[[Any, Any], "tuple[str, dict[str, Any]] | None"]
FILLS: dict[str, list[Fill]] = defaultdict(list)


def register(place: str, fill: Fill) -> None:
    if fill not in FILLS[place]:
        FILLS[place].append(fill)


def fills(place: str, actor: Any, obj: Any) -> list[tuple[str, dict[str, Any]]]:
    """What the upper floors show there, in the order of their registration."""
    return [found for fill in FILLS[place] if (found := fill(actor, obj)) is not None]
