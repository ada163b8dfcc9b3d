"""A copy that shows nobody: names of people and units, their Latin spellings, addresses of theirs and words of thanks go, wherever
they stand in the text. The source is what was frozen at submission."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "【隐去】"
#: Signs by which a person or a unit is found: mail, telephone, mobile, credit code, ORCID, web address.
SIGNS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[!-~]+|www\.[!-~]+|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"
    r"|(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])|\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
#: A line that opens thanks; it ends with the next line that looks like a heading, or with the text.
THANKS = re.compile(r"^\W*(?:[一二三四五六七八九十\d]+[、.．)）]\s*)?(?:致谢|鸣谢|感谢|acknowledge?ments?)\W*.*$", re.IGNORECASE)
HEADING = re.compile(r"^\s*(?:第?[一二三四五六七八九十]+[、.．章节]|[(（][一二三四五六七八九十\d]+[)）]|\d+(?:\.\d+)*[、.．\s]|#+\s)")
#: What stands around the name that people use of a unit.
PLACES = ("广东省", "广东", "深圳市", "深圳", "中国")
LEGAL = ("股份有限公司", "有限责任公司", "集团有限公司", "(集团)有限公司", "（集团）有限公司", "有限公司", "有限合伙", "集团公司")
#: Signs that people type in two widths inside a name.
ALIKE = {char: f"[{''.join(map(re.escape, pair))}]" for pair in ("(（", ")）", "·•") for char in pair}
SHORTEST = 3  # of a short name: two characters are too often a word of the text


def names_in(data: Mapping[str, Any], more: Iterable[str] = ()) -> list[str]:
    """Names to hide, the longest first: people, units, their short names, and what the caller knows of them besides."""
    units = {data["unit"]["name"], *(row["unit"] for row in data["team"]), *(row["name"] for row in data["partners"])}
    people = {data["leader"], *(row["name"] for row in data["team"]), *(row.get("contact") or "" for row in data["partners"])}
    found = units | people | {short_name(name) for name in units} | {str(one).strip() for one in more}
    return sorted((name for name in found if len(name) > 1), key=lambda name: (-len(name), name))


def short_name(unit: str) -> str:
    """深圳市光启芯半导体有限公司 -> 光启芯半导体; "" when nothing distinctive is left."""
    short = unit
    for legal in LEGAL:
        if short.endswith(legal):
            short = short.removesuffix(legal)
            break
    for place in PLACES:
        short = short.removeprefix(place)
    return short if len(short) >= SHORTEST and short != unit else ""


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern over all names; a Latin name also matches in capitals and with other gaps, a Chinese one with gaps inside."""
    parts = []
    for name in names:
        if not any(char.isalnum() for char in name):
            continue  # "--" where nobody is named: what is left of it would match between any two signs
        if name.isascii():
            words = [re.escape(word) for word in re.split(r"[\s,.\-]+", name) if word]
            parts.append(r"(?<![A-Za-z])" + r"[\s,.\-]*".join(words) + r"(?![A-Za-z])")
        else:
            parts.append(r"[ \u3000]*".join(ALIKE.get(char) or re.escape(char) for char in name.replace(" ", "")))
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def latin_names(people: Iterable[str]) -> set[str]:
    """Both orders of the spelling of Chinese names: Zhang Wei, Wei Zhang."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 (slow import)

    found = set()
    for name in people:
        if not 2 <= len(name) <= 4 or not all("\u4e00" <= char <= "\u9fff" for char in name):
            continue
        family, *given = lazy_pinyin(name, style=Style.NORMAL)
        found |= {f"{family} {''.join(given)}", f"{family} {' '.join(given)}", f"{''.join(given)} {family}", f"{' '.join(given)} {family}"}
    return found


def without_thanks(text: str) -> str:
    """The text without its paragraphs of thanks."""
    kept, thanking = [], False
    for line in text.split("\n"):
        if THANKS.match(line) and len(line) < 400:
            if not thanking:
                kept.append(HIDDEN)
            thanking = True
        elif thanking and HEADING.match(line):
            thanking = False
            kept.append(line)
        elif not thanking:
            kept.append(line)
    return "\n".join(kept)


def black_out(value: Any, pattern: re.Pattern[str] | None) -> Any:
    """Every text inside, blacked out; what is no text stays."""
    if isinstance(value, str):
        text = SIGNS.sub(HIDDEN, without_thanks(value))
        return pattern.sub(HIDDEN, text) if pattern else text
    if isinstance(value, list):
        return [black_out(item, pattern) for item in value]
    if isinstance(value, dict):
        return {key: black_out(item, pattern) for key, item in value.items()}
    return value
