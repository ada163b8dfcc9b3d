"""Sentences and papers of the demo world: comments of experts, reports of units, small PDF files."""

from __future__ import annotations

import random

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.demo.fill import PDF

KEYWORDS = (
    "人工智能", "集成电路", "生物医药", "新型储能", "智能机器人", "低空经济", "高端装备", "新材料", "合成生物", "脑科学",
    "量子信息", "网络与通信", "半导体工艺", "医疗器械", "工业软件", "海洋工程", "传感器", "激光与增材制造",
)
STRONG = (
    "项目针对产业链中的真实瓶颈，指标体系完整，主要指标达到国内领先水平。", "技术路线清晰，关键问题抓得准，前期基础扎实，风险应对措施具体。",
    "团队结构合理，产学研分工明确，产业化场景和客户已经落实。", "预算编制与任务对应，设备购置理由充分。",
)
FAIR = (
    "选题有一定意义，但与国内外同类工作的差异说明不够充分。", "技术路线基本可行，中期考核节点偏少，建议补充可量化的阶段指标。",
    "团队在核心环节的积累有限，对合作单位的依赖较大。", "产业化计划偏笼统，市场测算依据不足。", "设备费占比偏高，建议进一步论证。",
)
WEAK = (
    "目标先进性不足，主要指标已有成熟产品达到。", "技术路线存在明显缺环，关键难点没有给出解决办法。", "前期基础薄弱，成员投入时间偏少。",
)


def comment(dice: random.Random, mark: float) -> str:
    """An expert's comment that fits the points."""
    pool = STRONG if mark >= 85 else (*STRONG[:2], *FAIR) if mark >= 72 else (*FAIR, *WEAK)
    return "".join(dice.sample(pool, 3)) + f"综合各项指标，建议{'优先支持' if mark >= 88 else '支持' if mark >= 75 else '暂缓支持'}。"


def done(title: str) -> str:
    """The text of a final report."""
    return (
        f"本项目“{title}”按任务书完成了全部研究内容。\n完成了样机研制与测试验证，主要指标经第三方检测，数据见附件。\n"
        "形成发明专利和技术规范若干，在两家合作企业完成试用，反馈良好。\n经费按预算执行，专账核算，未发生违规支出。"
    )


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")
