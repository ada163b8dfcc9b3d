"""What is kept of a file that somebody sends: judged by its content, named after it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import files

WHOLE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
NOBODY = SimpleNamespace(id=None, label="test")


@pytest.mark.parametrize("body", [b"%PDF-1.4\nx", WHOLE[:-7], WHOLE + b"x" * 5000, b"%PDF-1.4\n<script>alert(1)</script>"])
def test_a_pdf_without_its_end_is_refused_and_named(body):
    with pytest.raises(files.BadFile, match=r"“方案\.pdf”"):
        files.store(SimpleUploadedFile("方案.pdf", body), actor=NOBODY, max_bytes=10_000)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kept"), [
    ("方案.pdf", "方案.pdf"), ("方案.PDF", "方案.PDF"), ("a\u202efdp.exe", "afdp.pdf"), ("../../x.html", "x.pdf"), ("无后缀", "无后缀.pdf"),
    (".pdf", ".pdf"), ("第1.2版", "第1.2版.pdf"), ("研究方案（第3.0版修订稿）", "研究方案（第3.0版修订稿）.pdf"),
])
def test_the_ending_tells_the_content(name, kept):
    assert files.store(SimpleUploadedFile(name, WHOLE), actor=NOBODY, max_bytes=10_000).name == kept
