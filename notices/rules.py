"""Layout arithmetic and numbers of official documents, by GB/T 9704-2012; plain Python."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

BLOCK_PT = 442.2  # width of the text block, 156 mm
MARK_LARGEST_PT = 46.0
MARK_SPACING = 0.12  # letter spacing of the red head, in characters
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what people mix up


def mark_size(text: str, width: float = BLOCK_PT) -> float:
    """Point size at which the red head (发文机关标志) fills at most one line."""
    return round(min(MARK_LARGEST_PT, width * 0.98 / (len(text) * (1 + MARK_SPACING))), 1)


def document_number(mark: str, year: int, number: int) -> str:
    """深科创〔2026〕19号: hexagonal brackets U+3014/U+3015, no leading zeros, no 第."""
    return f"{mark}〔{year}〕{number}号"


def chinese_date(day: date) -> str:
    """Arabic digits, full year, no leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def balanced_title(title: str, most: int = 19) -> list[str]:
    """Lines of a title of at most `most` characters, broken after 的, 度, 年 or a bracket where that balances (梯形)."""
    if len(title) <= most:
        return [title]
    count = -(-len(title) // most)
    target = -(-len(title) // count)
    lines, rest = [], title
    for _ in range(count - 1):
        near = range(min(most, target + 3), max(2, target - 5), -1)
        cut = next((i for i in near if i < len(rest) and (rest[i - 1] in "的度年》）" or rest[i] in "（《")), target)
        lines.append(rest[:cut])
        rest = rest[cut:]
    return [*lines, *([rest] if len(rest) <= most else balanced_title(rest, most))]


def verify_code() -> str:
    """Twelve characters in groups of four, unguessable, without look-alikes."""
    text = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return "-".join(text[i : i + 4] for i in (0, 4, 8))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
