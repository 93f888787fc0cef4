from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


VERBS = {
    "open_call": "发布招募公告", "apply": "申请入驻", "hand_paper": "提交材料", "appoint": "安排评审人",
    "submit_sheet": "提交评审表", "recuse": "声明回避", "drop_reviewer": "更换评审人",
    "diagnose_side": "需求评估", "propose_plan": "按规则建议服务", "add_item": "加入服务",
    "change_item": "修改服务", "step_item": "办理服务", "deliver": "提供服务",
    "confirm_delivery": "确认服务", "dispute_delivery": "不认可服务", "add_mentor": "登记导师",
    "accompany": "结对导师", "part": "结束结对", "report_stage": "提交自评", "score_midterm": "中期打分",
    "propose_exit": "提请强制退出", "visit": "出壳回访", "tick": "确认登记准备", "add_course": "开设课程",
    "add_lesson": "安排课次", "close_course": "结课颁证", "revoke_certificate": "撤销证书",
    "read_certificate": "打印证书",
    "raise_objection": "提出异议", "answer_objection": "答复异议", "sign_as_body": "签署协议和承诺书",
}  # fmt: skip


class IncubationConfig(AppConfig):
    name = "changle.services.incubation"
    label = "incubation"
    verbose_name = "孵化培育"

    def ready(self) -> None:
        """Enter the moves, the figures, the night's deeds, the deeds in words, a body's room."""
        import_module("changle.services.incubation.lifecycle")
        import_module("changle.services.incubation.indicators")
        import_module("changle.services.incubation.actions.nightly")
        for verb, words in VERBS.items():
            import_module("changle.ground.territory.queries").verbs.setdefault(verb, words)
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(name="incubation", label="孵化", address="incubation:organisation",
                     needs=Permission.INCUBATION_VIEW, sort=66)
        )  # fmt: skip
