"""The words of the ledger verbs of this floor. `noun.verb` where a verb means another thing for that noun."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from programs.queries.editor_parts import part_label

#: How many parts of one saving are named on a time line.
NAMED = 5

VERBS = {
    "create": _("created"), "save": _("content saved"), "windows": _("windows set"), "policies": _("policy basis set"),
    "submit": _("submitted"), "agree": _("agreed"), "approve": _("approved"), "return": _("returned"),
    "publish": _("published"), "open": _("opened"), "close": _("closed"), "extend": _("window extended"),
    "extend_begun": _("later close for those who had begun"),
    "withdraw": _("withdrawn"), "supersede": _("superseded by a correction"), "request": _("later close asked for"),
    "refuse": _("refused"), "money": _("control figure set"), "item_add": _("item added"),
    "item_change": _("item changed"), "item_remove": _("item removed"), "change": _("changed"),
    "enact": _("put in force"), "repeal": _("repealed"), "suspend": _("suspended"), "resume": _("resumed"),
    "cancel": _("cancelled"), "commit": _("award committed"), "release": _("commitment released"),
    "adjustment.open": _("case opened"), "adjustment.ask": _("opinions asked for"), "opinion": _("opinion given"), "cite": _("evidence cited"), "uncite": _("evidence taken out"),
    "propose": _("proposed"), "appoint": _("appointed"), "decline": _("declined"), "end": _("ended"), "expire": _("the period is over"),
    "register": _("registered"), "file": _("filed"), "accept": _("accepted"), "adopt": _("adopted"),
    "adjustment.apply": _("took effect"), "revoke": _("revoked"), "make": _("report made"),
    "reserve": _("payment reserved"), "load": _("reference data loaded"),
    # versions of the tree, policy basis, numbers that decide
    "plan": _("plan saved"), "plan_remove": _("plan removed"), "special": _("special saved"), "special_remove": _("special removed"),
    "order": _("order changed"), "map": _("mapping set"), "map_same": _("classes of the same code mapped"), "upload": _("table given"),
    "plan_tree.apply": _("table applied"), "check": _("checked"), "replace": _("replaced by another document"),
    "attach": _("file attached"), "parameter_change.ask": _("new value asked for"), "take_back": _("taken back"),
    # changes of the annual plan during the year
    "edit": _("edited"), "line_add": _("line added"), "line_remove": _("line removed"), "adjust": _("changed during the year"),
    # checks of a guide
    "check_law": _("legality opinion filed"), "comment": _("comment made"), "answer": _("comment answered"), "settle": _("comment settled"),
    "guide_comment.reopen": _("comment opened again"), "guide.file": _("file added"), "read": _("guide file read"),
    # demand solicitation
    "streams": _("directions set"), "quotas": _("quotas set"), "criteria": _("score sheet set"), "asks": _("fields set"),
    "invite": _("experts invited"), "finish": _("settled"), "start": _("begun"), "hand_in": _("handed in to the unit"),
    "recall": _("taken back from the unit"), "endorse": _("filed by the unit"), "need.expire": _("ended, not filed in time"),
    "need.lapse": _("ended with the call"), "compare": _("topics compared"),
    "pass": _("screened in"), "merge": _("merged with a similar topic"), "split": _("taken out of the merger"),
    "keep": _("kept for later"), "need.decline": _("not adopted"), "reopen": _("decided again"), "score": _("scored"),
    # matching, kept searches, entitlement
    "entitlement_list.draft": _("list computed"), "entitlement_list.finish": _("confirmation ended"), "discard": _("discarded"),
    "offer": _("told to the unit"), "confirm": _("account confirmed"), "lapse": _("lapsed, not confirmed in time"), "void": _("void with its list"),
    "matching.refresh": _("register matched"), "call_search.keep": _("search kept"), "stop": _("messages stopped"),
    "take_up": _("messages taken up again"), "renew": _("addresses renewed"), "drop": _("search forgotten"),
    "entitlement.decline": _("money declined by the unit"), "portfolio.decline": _("not appointed"), "recommendation.make": _("recommended"),
    "need.attach": _("file added"), "register.refresh": _("register brought up to date"),
    "detach": _("file taken off"), "link_need": _("need picked for a topic"), "unlink_need": _("need taken off a topic"),
}


def verb_label(verb: str) -> str:
    """The words of a ledger verb of this floor on a time line."""
    last = verb.rpartition(".")[2]
    return str(VERBS.get(verb.partition(".")[2], VERBS.get(last, verb)))


def act_label(row: Any) -> str:
    """The words of a record; of a saving also which parts it changed (the first draft holds them all)."""
    label = verb_label(row.verb)
    changed = row.data.get("changed") or [] if row.verb == "programs.guide.save" else []
    if not changed or row.data.get("version") == 1:
        return label
    names = "、".join(part_label(key) for key in changed[:NAMED])
    return f"{label}：{names}{'…' if len(changed) > NAMED else ''}"
