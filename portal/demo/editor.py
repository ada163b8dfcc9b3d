"""What the guide editor shows in the demo: a guide that is being drafted for the coming batch, with what the staff say of it."""

from __future__ import annotations

from portal.demo.people import World
from programs import actions as programme
from programs.models import Guide


def drafting(world: World, open_guide: Guide) -> Guide:
    """A draft copied from the open guide with some clauses changed, and two comments on it: one answered, one that must be settled."""
    chen, sun, fin = world.actor("chen"), world.actor("sun"), world.actor("fin")
    data = open_guide.version.data
    guide = programme.create_guide(
        chen, open_guide.plan_item, title=f"{open_guide.title}（补充批次）", title_en=f"{open_guide.title_en} (supplement)", copy_from=open_guide)
    quota = {**data["quota"], "max_projects": 60, "budget_control": "300000000"}
    programme.save_parts(chen, guide, {
        "quota": quota, "publicity_days": 7, "support": {"list": "clusters-2024", "clusters": ["P01", "P02"], "lines": [], "lines_en": []},
        "ethics": {"rule": "DECLARE", "note": "涉及科技伦理审查范围的项目应当在立项前通过审查。", "note_en": "Projects within its scope pass the ethics review before the award."},
    })
    guide.refresh_from_db()
    answered = programme.comment_guide(fin, guide, part="quota", clause="budget_control", text="资金总额请与年度计划剩余额度核对。")
    programme.answer_comment(chen, answered, answer="已按年度计划剩余额度核减为3亿元。")
    first = data["conditions"][0]["code"]
    programme.comment_guide(sun, guide, part="conditions", clause=first, text="请写明该条件的依据文件和条款。", must_settle=True)
    return guide
