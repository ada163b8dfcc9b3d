"""Every kind with its sample: at least three pages on the grid of GB/T 9704-2012 (22 lines of 28 characters)."""

from collections import defaultdict

import pdfplumber
import pytest
from django.core.management import CommandError, call_command

from notices import rendering
from notices.queries import KINDS

MM = 72 / 25.4
TYPE_AREA = (156 * MM, 225 * MM)
LINE, EM = 225 * MM / 22, 156 * MM / 28
ISSUE = ("guide", "correction", "refusal", "not_awarded", "publicity", "award")
#: Kinds whose pages are running text; the public notice is a table.
TEXT = ("guide", "correction", "refusal", "not_awarded", "award")


@pytest.fixture(scope="module")
def preview(tmp_path_factory, django_db_setup, django_db_blocker):
    made = {}

    def get(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp("notices") / f"{kind}.pdf"
            with django_db_blocker.unblock():
                call_command("notice_preview", kind, out=str(made[kind]), verbosity=0)
        return made[kind]

    return get


def body_lines(page):
    """Lines of body text (三号, 15.75 pt) by their top, without mark, titles and page number."""
    lines = defaultdict(list)
    for char in page.chars:
        if abs(char["size"] - 15.75) < 0.2 and char["text"].strip():
            lines[round(char["top"], 1)].append(char)
    return dict(sorted(lines.items()))


def test_all_kinds_of_the_chain_are_registered():
    assert set(ISSUE) <= set(KINDS)


@pytest.mark.parametrize("kind", ISSUE)
def test_sample_is_long_enough(preview, kind):
    with pdfplumber.open(preview(kind)) as pdf:
        assert len(pdf.pages) >= 3
        assert {(round(page.width / MM), round(page.height / MM)) for page in pdf.pages} == {(210, 297)}


@pytest.mark.parametrize("kind", TEXT)
def test_text_stands_on_the_grid(preview, kind):
    with pdfplumber.open(preview(kind)) as pdf:
        seen = 0
        for page in pdf.pages[1:]:
            tops = list(body_lines(page))
            if len(tops) < 6:
                continue
            seen += 1
            assert len(tops) <= 22, "22 lines a page"
            steps = [low - high for high, low in zip(tops, tops[1:], strict=False)]
            off = [step for step in steps if abs(step / LINE - round(step / LINE)) > 0.08]
            assert not off, f"lines off the grid on page {page.page_number}: {off}"
        assert seen >= 1


@pytest.mark.parametrize("kind", TEXT)
def test_full_line_holds_28_characters_inside_the_type_area(preview, kind):
    with pdfplumber.open(preview(kind)) as pdf:
        lines = [chars for page in pdf.pages for chars in body_lines(page).values()]
        wide = [chars for chars in lines if all(ord(char["text"][0]) > 0x2E80 for char in chars)]
        assert max(len(chars) for chars in wide) == 28
        left, right = 28 * MM, (210 - 26) * MM
        for chars in lines:
            assert min(char["x0"] for char in chars) > left - 1.5
            assert max(char["x1"] for char in chars) < right + EM / 2, "closing marks may hang"


@pytest.mark.parametrize("kind", ISSUE)
def test_no_paragraph_is_torn_into_single_characters(preview, kind):
    """A text given where a list of paragraphs is expected once made a line of every character."""
    with pdfplumber.open(preview(kind)) as pdf:
        singles = [chars for page in pdf.pages for chars in body_lines(page).values() if len(chars) == 1]
        assert len(singles) <= 2


@pytest.mark.parametrize("kind", TEXT)
def test_head_is_red_and_the_rest_is_not(preview, kind):
    with pdfplumber.open(preview(kind)) as pdf:
        def red(page):
            return [char for char in page.chars
                    if isinstance(char["non_stroking_color"], tuple) and len(char["non_stroking_color"]) == 3
                    and char["non_stroking_color"][0] > 0.8 and char["non_stroking_color"][1] < 0.2]

        assert red(pdf.pages[0]), "the name of the issuer is red"
        if kind != "award":  # its seal stands on the second page, before the annex
            assert not red(pdf.pages[1]), "a page of running text carries nothing red"


def test_unknown_kind_is_told(tmp_path):
    with pytest.raises(CommandError, match="unknown kind"):
        call_command("notice_preview", "no-such-kind", out=str(tmp_path / "x.pdf"))


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:1/x.png", "https://evil.example/x.png", "file:///etc/passwd", "ftp://evil.example/x",
])
def test_fetcher_reaches_nothing(url):
    with pytest.raises(Exception, match=r"(?i)protocol|not allowed|scheme|url"):
        rendering.fetcher().fetch(url)


def test_fetcher_reads_what_is_inside_the_document():
    """The control: the same fetcher gives a data: address, so the refusals above are refusals."""
    assert rendering.fetcher().fetch("data:text/plain,ok").read() == b"ok"


def test_same_context_gives_the_same_bytes():
    context = {"issuer": "测试局", "number": "测〔2026〕1号", "date": "2026年1月1日", "verify_code": "ABCD-EFGH-JKMN",
               "title": "关于测试的通知", **KINDS["refusal"].sample()}
    template = KINDS["refusal"].template
    assert rendering.render(template, context).sha256 == rendering.render(template, context).sha256
    assert rendering.render(template, context).sha256 != rendering.render(template, {**context, "number": "测〔2026〕2号"}).sha256
