"""Invented units, people and projects of the demo world. None of them exists; likenesses are chance.

Everything is drawn from a generator with a fixed seed; only the draws of experts, whose seed is secret as in real life, make
two builds differ.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

SEED = 20260315

# (name, English name, kind, district). USCCs are computed with valid check digits from a reserved-looking body number.
UNITS = (
    ("云岭智能装备（深圳）有限公司", "Yunling Intelligent Equipment", "ENTERPRISE", "南山区"),
    ("深湾半导体科技有限公司", "Shenwan Semiconductor", "ENTERPRISE", "南山区"),
    ("海睿生物技术股份有限公司", "Hairui Biotechnology", "ENTERPRISE", "坪山区"),
    ("前海数模科技有限公司", "Qianhai Shumo Technology", "ENTERPRISE", "前海"),
    ("北科低空飞行技术有限公司", "Beike Low-altitude Flight", "ENTERPRISE", "龙华区"),
    ("星澜储能系统有限公司", "Xinglan Energy Storage", "ENTERPRISE", "光明区"),
    ("蓝湾海洋工程技术有限公司", "Blue Bay Ocean Engineering", "ENTERPRISE", "盐田区"),
    ("灵犀机器人股份有限公司", "Lingxi Robotics", "ENTERPRISE", "宝安区"),
    ("光启明远传感器有限公司", "Guangqi Mingyuan Sensors", "ENTERPRISE", "宝安区"),
    ("鹏程车联智能科技有限公司", "Pengcheng Connected Vehicles", "ENTERPRISE", "龙岗区"),
    ("云帆超清显示技术有限公司", "Yunfan Ultra-HD Display", "ENTERPRISE", "光明区"),
    ("清源环保材料有限公司", "Qingyuan Environmental Materials", "ENTERPRISE", "龙岗区"),
    ("智芯微架构设计有限公司", "Zhixin Micro-architecture", "ENTERPRISE", "南山区"),
    ("青禾医疗器械有限公司", "Qinghe Medical Devices", "ENTERPRISE", "坪山区"),
    ("远图地理信息有限公司", "Yuantu Geo-information", "ENTERPRISE", "福田区"),
    ("量衡精密仪器有限公司", "Liangheng Precision Instruments", "ENTERPRISE", "宝安区"),
    ("碳路新材料科技有限公司", "Tanlu New Materials", "ENTERPRISE", "坪山区"),
    ("千帆智能终端有限公司", "Qianfan Smart Terminals", "ENTERPRISE", "龙华区"),
    ("启元工业软件有限公司", "Qiyuan Industrial Software", "ENTERPRISE", "福田区"),
    ("融通网络设备有限公司", "Rongtong Network Equipment", "ENTERPRISE", "南山区"),
    ("合众基因科技有限公司", "Hezhong Gene Technology", "ENTERPRISE", "盐田区"),
    ("天舟航空动力有限公司", "Tianzhou Aero Power", "ENTERPRISE", "宝安区"),
    ("雅集数字创意有限公司", "Yaji Digital Creativity", "ENTERPRISE", "罗湖区"),
    ("康颐健康管理科技有限公司", "Kangyi Health Technology", "ENTERPRISE", "罗湖区"),
    ("深蓝水下装备有限公司", "Deep Blue Underwater Equipment", "ENTERPRISE", "大鹏新区"),
    ("岭南理工大学（深圳）", "Lingnan University of Technology (Shenzhen)", "UNIVERSITY", "南山区"),
    ("深圳湾大学", "Shenzhen Bay University", "UNIVERSITY", "光明区"),
    ("南岭医科大学", "Nanling Medical University", "UNIVERSITY", "坪山区"),
    ("鹏湾工程大学", "Pengwan Engineering University", "UNIVERSITY", "龙岗区"),
    ("滨海师范大学", "Binhai Normal University", "UNIVERSITY", "福田区"),
    ("大湾区新材料研究院", "Greater Bay New Materials Institute", "INSTITUTE", "光明区"),
    ("光明脑科学研究中心", "Guangming Brain Science Centre", "INSTITUTE", "光明区"),
    ("深港量子信息研究院", "Shenzhen-Hong Kong Quantum Institute", "INSTITUTE", "福田区"),
    ("湾区人工智能实验室", "Bay Area AI Laboratory", "INSTITUTE", "南山区"),
    ("南方合成生物研究院", "Southern Synthetic Biology Institute", "INSTITUTE", "光明区"),
    ("深海技术研究所", "Deep-sea Technology Institute", "INSTITUTE", "大鹏新区"),
    ("鹏湾人民医院", "Pengwan People's Hospital", "HOSPITAL", "福田区"),
    ("深圳湾妇幼保健院", "Shenzhen Bay Maternity Hospital", "HOSPITAL", "南山区"),
    ("岭南中医院", "Lingnan Hospital of Chinese Medicine", "HOSPITAL", "福田区"),
    ("湾区科技成果转化促进会", "Bay Area Technology Transfer Association", "SOCIAL", "南山区"),
    ("深圳创业孵化协会（演示）", "Incubation Association (demo)", "SOCIAL", "南山区"),
    ("深圳中试服务联盟（演示）", "Pilot Service Alliance (demo)", "SOCIAL", "宝安区"),
)
AGENCY = ("新质生产力服务中心（演示）", "New Productive Forces Service Centre (demo)")

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹窦章苏潘葛范彭郎鲁韦马方任袁柳鲍史唐薛雷贺倪汤滕罗毕郝邬安常乐于时傅皮齐康伍余元卜顾孟平黄和穆萧尹"
GIVEN = (
    "晓舟 思远 佳宁 文博 雨桐 子墨 海峰 明哲 欣怡 志强 雅琴 俊杰 若曦 建国 丽华 浩然 诗涵 国栋 梦瑶 永康 春梅 宇航 静怡 伟东 一凡 秀兰 "
    "嘉禾 云帆 景行 知远 书瑶 长青 心怡 立新 泽宇 婉清 天佑 采薇 启明 若兰 承志 映雪 修远 怀瑾 望舒 清扬 朝晖 沛然 安然 卓群 予安 亦航"
).split()

TOPICS = (
    ("面向端侧部署的多模态大模型稀疏推理", "人工智能"),
    ("宽禁带功率器件可靠性评价与寿命预测", "半导体与集成电路"),
    ("城市低空航路动态规划与冲突消解", "低空经济与空天"),
    ("钠离子电池硬碳负极界面调控", "新能源"),
    ("车路云一体化协同感知", "智能网联汽车"),
    ("抗体偶联药物连接子稳定性机理", "生物医药"),
    ("介入手术机器人力触觉反馈", "高端医疗器械"),
    ("卫星互联网终端相控阵天线", "网络与通信"),
    ("印刷微型发光显示全彩化", "超高清视频显示"),
    ("可穿戴终端低功耗异构计算", "智能终端"),
    ("工业设计软件几何内核", "软件与信息服务"),
    ("硅基惯性传感器温漂补偿", "智能传感器"),
    ("超精密磨削在线检测", "高端装备与仪器"),
    ("人形机器人灵巧手驱动", "机器人"),
    ("高熵合金增材制造缺陷控制", "高性能材料"),
    ("实时三维内容生成引擎", "数字创意"),
    ("工业废水近零排放膜材料", "安全节能环保"),
    ("老年认知障碍早期筛查", "大健康"),
    ("漂浮式海上风电动态响应", "海洋"),
    ("人工合成酵母底盘构建", "合成生物"),
)
SUFFIX = ("关键技术研究", "关键技术研发与示范应用", "方法与系统研制", "装备研制及产业化", "核心器件研发")
TITLES = ("研究员", "教授", "正高级工程师", "副研究员", "高级工程师", "主任医师", "副教授")


@dataclass(frozen=True)
class Invented:
    name: str
    gender: str
    birth: date
    phone: str
    resident_id: str


class Inventor:
    """Draws people and texts; the same seed gives the same world."""

    def __init__(self, seed: int | str = SEED, count: int = 0) -> None:
        self.dice = random.Random(seed)  # noqa: S311 (a demo, not a secret)
        self.count = count
        self.used: set[str] = set()

    def own(self, name: str, number: int) -> Inventor:
        """Dice for one piece of work: what is drawn there depends on nothing that happened elsewhere."""
        return Inventor(f"{SEED} {name}", 10_000 + number * 10)

    def person(self, youngest: int = 1996, oldest: int = 1969) -> Invented:
        self.count += 1
        name = ""
        for _ in range(200):
            name = self.dice.choice(SURNAMES) + self.dice.choice(GIVEN)
            if name not in self.used:
                break
        self.used.add(name)
        birth = date(self.dice.randint(oldest, youngest), self.dice.randint(1, 12), self.dice.randint(1, 28))
        gender = self.dice.choice("MF")
        return Invented(name, gender, birth, f"199{self.count:08d}", resident_id(birth, gender, self.count))

    def title(self) -> tuple[str, str]:
        """(project title, industry cluster)."""
        subject, cluster = self.dice.choice(TOPICS)
        return subject + self.dice.choice(SUFFIX), cluster

    def money(self, low: int, high: int, step: int = 10_000) -> int:
        """Whole yuan."""
        return min(self.dice.randrange(low, high + step, step), high)


def resident_id(birth: date, gender: str, count: int) -> str:
    """A number of valid form in the never issued region 440399."""
    order = (count * 2 + (1 if gender == "M" else 0)) % 1000
    body = f"440399{birth:%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def uscc(index: int, kind: str) -> str:
    """A unified social credit code of valid form; body numbers of the demo begin with DEM0."""
    head = {"ENTERPRISE": "91", "SOCIAL": "51"}.get(kind, "12") + "440300"
    body = f"DEMK{index:04d}"
    code_weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(int(c, 36) * w for c, w in zip(body, code_weights, strict=True)) % 11
    first = head + body + {10: "X", 11: "0"}.get(check, str(check))
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(alphabet.index(c) * w for c, w in zip(first, weights, strict=True))
    return first + alphabet[(31 - total % 31) % 31]
