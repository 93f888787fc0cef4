from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


VERBS = {
    "open_call": "发布招募公告", "apply": "申请入驻", "hand_paper": "提交材料", "appoint": "安排评审人",
    "submit_sheet": "提交评审表", "recuse": "声明回避", "drop_reviewer": "更换评审人",
    "raise_objection": "提出异议", "answer_objection": "答复异议", "sign_as_body": "签署协议和承诺书",
}  # fmt: skip


class IncubationConfig(AppConfig):
    name = "changle.services.incubation"
    label = "incubation"
    verbose_name = "孵化培育"

    def ready(self) -> None:
        """Enter the moves, the deeds in words and the room of a body's record."""
        import_module("changle.services.incubation.lifecycle")
        for verb, words in VERBS.items():
            import_module("changle.ground.territory.queries").verbs.setdefault(verb, words)
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(name="incubation", label="孵化", address="incubation:organisation",
                     needs=Permission.INCUBATION_VIEW, sort=66)
        )  # fmt: skip
