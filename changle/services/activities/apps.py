from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


VERBS = {
    "ask": "设置报名提问",
    "capacity": "改名额",
    "close_list": "签到名单封存",
    "correct": "更正",
    "expenses": "登记支出",
    "forget": "移除家人",
    "give": "填写实际贡献",
    "hand_in": "提交归档",
    "forget_person": "删除个人信息",
    "head_count": "清点人数",
    "invite": "邀请联办",
    "issue_text": "启用新版同意书",
    "keep": "保存家人",
    "keep_programme": "保存项目",
    "keep_series": "保存系列",
    "end_series": "结束系列",
    "paper_list": "补录纸质签到",
    "plan": "策划",
    "read_contact": "查看联系方式",
    "read_roster": "导出含联系方式的名单",
    "reschedule": "改期",
    "retire": "停用或恢复",
    "revise": "修改",
    "set_rule": "修改规则",
    "sign_up": "报名",
    "summary": "填写小结",
}


class ActivitiesConfig(AppConfig):
    name = "changle.services.activities"
    label = "activities"
    verbose_name = "活动共办"

    def ready(self) -> None:
        """Enter moves, figures, deeds by the clock, words of the log and the room of a body."""
        import_module("changle.services.activities.lifecycle")
        import_module("changle.services.activities.indicators")
        import_module("changle.services.activities.actions.clockwork")
        import_module("changle.services.activities.actions.summing")
        import_module("changle.ground.territory.queries").verbs.update(VERBS)
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(
                name="activities", label="活动", address="activities:organisation",
                needs=Permission.ACTIVITY_VIEW, sort=60,
            )
        )  # fmt: skip
