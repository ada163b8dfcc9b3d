"""Affinity, measured: codes of GB/T 13745 and real terms; the expert of the right field stands above one of a wrong field."""

from __future__ import annotations

import random

import numpy as np
import pytest

from reviews.engine import affinity
from reviews.engine.affinity import Profile

#: code, its clusters, terms people of the field use
FIELDS = {
    "110": ("", "偏微分方程 数值分析 组合优化 随机过程 代数几何 图论 有限元误差估计 动力系统 谱理论 变分不等式 凸优化 矩阵分解"),
    "180": ("生物医药", "基因编辑 转录组测序 蛋白质折叠 干细胞分化 细胞自噬 表观遗传 信号通路 肠道菌群 线粒体 冷冻电镜 免疫细胞 单细胞测序"),
    "320": ("生物医药", "冠心病介入 肿瘤免疫治疗 糖尿病肾病 随机对照试验 影像组学 早期胃癌筛查 脑卒中康复 麻醉管理 器官移植 结直肠癌 高血压 急性肺损伤"),
    "350": ("生物医药", "药物递送 缓释制剂 药代动力学 先导化合物 靶向制剂 抗体偶联药物 药物晶型 天然产物全合成 毒理评价 脂质纳米粒 生物利用度 仿制药一致性"),
    "430": ("新材料", "高温合金 石墨烯薄膜 复合材料界面 陶瓷增韧 金属疲劳 纳米涂层 形状记忆合金 高分子改性 晶界工程 增材制造粉末 电极材料 腐蚀防护"),
    "460": ("高端装备", "五轴机床 齿轮传动 切削刀具 机器人关节 液压伺服 故障诊断 精密装配 振动抑制 减速器 柔性制造 数控系统 轴承寿命"),
    "470": ("新能源", "燃气轮机叶片 内燃机燃烧 电机控制 电力电子变换器 高压绝缘 微电网调度 储能变流器 热管换热 继电保护 永磁同步电机 直流输电 涡轮增压"),
    "480": ("新能源", "锂离子电池 固态电解质 光伏组件 氢燃料电池 制氢催化剂 地热利用 生物质气化 钙钛矿太阳能 储氢材料 电池热管理 风电功率预测 余热回收"),
    "510": ("新一代信息技术", "毫米波天线 射频前端 信道编码 光纤通信 集成电路版图 功率放大器 波束赋形 雷达信号处理 卫星通信 模数转换器 半导体激光器 量子通信"),
    "520": ("新一代信息技术", "深度学习 图像分割 大语言模型 知识图谱 联邦学习 操作系统内核 分布式数据库 编译优化 网络安全 强化学习 软件测试 目标检测"),
    "560": ("", "盾构隧道 装配式建筑 混凝土裂缝 结构抗震 深基坑支护 桥梁健康监测 地基沉降 钢结构节点 建筑节能 岩土本构 海绵城市 风荷载"),
    "610": ("节能环保", "污水脱氮 土壤修复 臭氧前体物 固废焚烧 碳排放核算 膜生物反应器 微塑料 重金属吸附 水体富营养化 挥发性有机物 再生水 生态补偿"),
}
MANNER = ("面向产业应用的{0}关键技术研究", "{0}与{1}协同机制及示范", "基于{0}的{1}方法研究与系统开发", "高性能{0}核心技术攻关")


def asked(chance: random.Random, code: str) -> Profile:
    """An application: a title of two terms, one or two keywords; one in five names no code, one in ten a neighbouring one."""
    cluster, terms = FIELDS[code]
    one, two, three = chance.sample(terms.split(), 3)
    said = chance.random()
    named = () if said < 0.2 else (chance.choice(list(FIELDS)),) if said < 0.3 else (code,)
    return Profile(named, (cluster,) if cluster and chance.random() < 0.6 else (), (one, three), chance.choice(MANNER).format(one, two))


def offered(chance: random.Random, code: str) -> Profile:
    """An expert: the code, now and then finer, and four of the field's terms."""
    cluster, terms = FIELDS[code]
    finer = code + chance.choice(("", "20", "3510"))
    return Profile((finer,), (cluster,) if cluster and chance.random() < 0.5 else (), chance.sample(terms.split(), 4),
                   f"长期从事{'、'.join(chance.sample(terms.split(), 2))}研究")


def share_right(weights: dict[str, float]) -> float:
    """In how many pairs of a right and a wrong expert the right one stands higher; equal counts as wrong."""
    chance = random.Random(7)
    codes = [code for code in FIELDS for _one in range(12)]
    found = affinity.vectors([asked(chance, code) for code in codes], [offered(chance, code) for code in codes], weights)
    near = (found.rows @ found.columns.T).toarray()
    right = np.array(codes)[:, None] == np.array(codes)[None, :]
    good, all_pairs = 0, 0
    for row, mine in zip(near, right, strict=True):
        good += int((row[mine][:, None] > row[~mine][None, :]).sum())
        all_pairs += int(mine.sum() * (~mine).sum())
    return good / all_pairs


def test_the_right_field_stands_above_a_wrong_one():
    """At least 95 of 100, though every tenth application names a wrong code and every fifth none."""
    assert share_right(dict(affinity.WEIGHTS)) >= 0.95


def test_named_codes_alone_would_not_do(monkeypatch):
    """The control: where only named codes count, wrong and missing ones decide too often."""
    monkeypatch.setattr(affinity, "NAMED", 1.0)
    assert share_right(dict(affinity.WEIGHTS)) < 0.95


def test_no_block_alone_is_as_good_as_all():
    """The control: what the measure says moves with what goes in."""
    whole = share_right(dict(affinity.WEIGHTS))
    for block in affinity.BLOCKS:
        assert share_right({name: float(name == block) for name in affinity.BLOCKS}) < whole


def test_affinity_is_a_whole_number_of_millionths_with_its_reasons():
    left = [Profile(("5202010",), ("人工智能",), ("图像分割", "深度学习"), "基于深度学习的医学图像分割")]
    right = [Profile(("5202010",), ("人工智能",), ("图像分割", "深度学习"), "基于深度学习的医学图像分割"), Profile(("5203000",), (), ("编译优化",), "编译"),
             Profile(("180",), (), ("细胞自噬",), "自噬")]
    found = affinity.vectors(left, right)
    same, near, far = (affinity.pair(found, 0, place) for place in range(3))
    assert 980_000 <= same <= 1_001_000
    assert same > near > far == 0
    parts = affinity.parts(found, 0, 0)
    assert sum(value for value, _names in parts.values()) == same
    assert parts["keyword"][1] == ["图像分割", "深度学习"]
    assert (found.rows.data == found.rows.data.round()).all()


@pytest.mark.parametrize("text", ["", "   ", "\x00\ud800"])
def test_empty_and_odd_texts_are_far_from_everything(text):
    found = affinity.vectors([Profile((), (), (), text)], [Profile(("520",), (), ("图像",), "图像")])
    assert affinity.pair(found, 0, 0) == 0
