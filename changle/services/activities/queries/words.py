"""The first words, and the first rule, that a district starts from."""

from datetime import date

from changle.services.activities.models import ConsentText, Rule, Term


FIRST_TERMS = {
    "field": (
        ("study", "助学"), ("elders", "助老"), ("joy", "助乐"), ("clean", "助洁"), ("law", "法律"),
        ("health", "健康"), ("disabled", "助残"), ("safety", "平安"), ("skills", "技能"),
        ("governance", "议事"),
    ),
    # 培育发展社区社会组织专项行动方案（2021—2023年）names four series.
    "theme": (
        ("neighbours", "邻里守望"), ("shared", "共建共治共享"), ("peace", "共创平安"),
        ("culture", "文化铸魂"),
    ),
    "method": (
        ("activity", "社区活动"), ("group", "小组"), ("case", "个案"), ("community", "社区工作"),
        ("training", "培训"), ("visit", "走访"),
    ),
    "group": (
        ("child", "儿童"), ("youth", "青少年"), ("women", "妇女"), ("elderly", "老年人"),
        ("disabled", "残疾人"), ("low_income", "困难家庭"), ("general", "普通居民"),
    ),
}  # fmt: skip
FIRST_TEXTS = {
    "sign_up": "报名信息只用于本次活动的名额、签到、通知和安全；姓名和手机号加密保存，由活动主办方和社区经办人使用，"
    "活动核实归档后不再展示。您可以随时查看、更正、取消报名，或要求删除个人信息。不提供非必要信息不影响报名。",
    "photo": "现场照片用于活动归档；公开前再次征得同意。您可以不同意拍摄，不影响参加。",
    "minor": "未满 14 周岁的儿童须由监护人同意并留下监护人联系方式，活动结束由监护人或其指定的人接回并登记。",
}


def seed_terms(on: date) -> None:
    """What is there already is left as the bureau has made it."""
    for list_, words in FIRST_TERMS.items():
        for place, (code, name) in enumerate(words, 1):
            told = {"name": name, "sort": place * 10}
            Term.objects.get_or_create(list=list_, code=code, defaults=told)
    for kind, text in FIRST_TEXTS.items():
        if not ConsentText.objects.filter(kind=kind).exists():
            ConsentText.objects.create(kind=kind, version=1, text=text, issued_on=on)
    Rule.objects.get_or_create(name="rule")
