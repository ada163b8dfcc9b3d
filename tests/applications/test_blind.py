"""What a blinded copy hides: names as written, their spellings, signs of contact and words of thanks; and what it must leave alone."""

from __future__ import annotations

import pytest

from applications.queries import blind

DATA = {
    "leader": "张伟", "unit": {"name": "深圳市光启芯半导体有限公司", "code": "91440300MA5EXAMPL1"},
    "team": [{"name": "欧阳娜", "unit": "南方科技大学"}], "partners": [{"name": "香港理工大学", "contact": "陈大文"}, {"name": "光启芯（深圳）研究院"}],
}
PATTERN = blind.pattern_of(blind.names_in(DATA, [*blind.latin_names(["张伟", "欧阳娜"]), "Guangqixin Semiconductor Ltd"]))


@pytest.mark.parametrize("text", [
    "负责人张伟", "张 伟", "光启芯半导体自研", "Zhang Wei", "ZHANG, WEI", "wei zhang", "Weizhang", "Ouyang Na", "GUANGQIXIN SEMICONDUCTOR LTD.", "香港理工大学陈大文",
    "信箱 zw@gqx.com.cn", "电话13800138000", "0755-12345678", "91440300MA5EXAMPL1", "见 https://gqx.example/about", "光启芯(深圳)研究院", "光启芯（深圳）研究院", "0000-0002-1825-0097",
])
def test_whoever_stands_behind_it_is_hidden(text):
    assert blind.HIDDEN in blind.black_out(text, PATTERN)
    for name in ("张伟", "张 伟", "光启芯", "hang", "uyang", "UANGQIXIN", "香港", "大文", "zw@", "138001", "123456", "9144", "gqx", "1825"):
        assert name not in blind.black_out(text, PATTERN)


@pytest.mark.parametrize("text", ["伟大的张力测试", "深圳市有限公司法", "2026-01-15", "投入 13800 万元", "Weighted mean", "南方 科研", "感知谢意之外的算法"])
def test_ordinary_words_stay(text):
    assert blind.black_out(text, PATTERN) == text


def test_words_of_thanks_go_and_the_next_heading_ends_them():
    text = "四、基础\n已有样机。\n五、致谢\n感谢王院士的指导。\n以及其团队。\n六、预算\n合理。"
    assert blind.black_out(text, PATTERN) == f"四、基础\n已有样机。\n{blind.HIDDEN}\n六、预算\n合理。"
    assert blind.black_out("Acknowledgements: we thank Prof. X\nand others", PATTERN) == blind.HIDDEN


def test_a_short_name_needs_something_of_its_own():
    assert blind.short_name("深圳市光启芯半导体有限公司") == "光启芯半导体"
    assert blind.short_name("深圳市先进有限公司") == ""


def test_an_address_of_the_web_ends_with_its_own_signs():
    assert blind.black_out("详见https://gqx.example/about。本项目的算法是新的", PATTERN) == f"详见{blind.HIDDEN}。本项目的算法是新的"


def test_what_is_inside_lists_and_tables_is_hidden_too():
    assert blind.black_out({"a": [["张伟", 3, None]]}, PATTERN) == {"a": [[blind.HIDDEN, 3, None]]}


@pytest.mark.parametrize("nobody", ["--", "..", " - ", "/", "（）"])
def test_a_name_of_signs_alone_hides_nothing(nobody):
    """Partners without a contact write "--": the whole copy must not be blacked out between every two signs."""
    pattern = blind.pattern_of(blind.names_in(DATA, [nobody]))
    assert blind.black_out("2026年的 12 项（测试）-- ok", pattern) == "2026年的 12 项（测试）-- ok"
    assert blind.black_out("负责人张伟", pattern) == f"负责人{blind.HIDDEN}"
