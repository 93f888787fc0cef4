from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.ground.registry.models.classes import ClassItem
from changle.ground.territory.models import Node


class Organisation(Stateful):
    """One body with one history, whether registered, filed or still to be founded.

    The columns are what holds today, kept by the actions; what held when stands in `Identity`.
    A filed body is no legal person: it has no USCC (GB 32100-2015).
    """

    class Kind(models.TextChoices):
        ST = "ST", "社会团体"
        MF = "MF", "民办非企业单位（社会服务机构）"
        JJH = "JJH", "基金会"
        BA = "BA", "备案社区社会组织"
        PRE = "PRE", "拟成立团队"

    REGISTERED = ("ST", "MF", "JJH")

    class State(models.TextChoices):
        ACTIVE = "active", "正常"
        CHANGING = "changing", "变更中"
        RECTIFYING = "rectifying", "整改期"
        SUSPENDED = "suspended", "限期停止活动"
        LIQUIDATING = "liquidating", "清算中"
        DEREGISTERED = "deregistered", "已注销"
        REVOKED = "revoked", "已撤销登记"
        PAUSED = "paused", "暂停活动"
        LAPSED = "lapsed", "长期未活动"
        CANCELLED = "cancelled", "已注销备案"
        DISSOLVED = "dissolved", "已解散"
        MERGED = "merged", "已并入"

    LIVING = ("active", "changing", "rectifying", "suspended", "liquidating", "paused")

    class Liability(models.TextChoices):
        LEGAL_PERSON = "legal", "法人"
        PARTNERSHIP = "partner", "合伙"
        INDIVIDUAL = "individual", "个体"

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "short_name": Privacy.P0,
        "kind": Privacy.P0,
        "liability": Privacy.P0,
        "uscc": Privacy.P0,
        "filing_number": Privacy.P0,
        "registrar_code": Privacy.P0,
        "registrar_name": Privacy.P0,
        "competent_unit": Privacy.P0,
        "legal_representative": Privacy.P0,
        "address": Privacy.P0,
        "purpose": Privacy.P0,
        "business_scope": Privacy.P0,
        "fund_fen": Privacy.P0,
        "founded_on": Privacy.P0,
        "registered_on": Privacy.P0,
        "ended_on": Privacy.P0,
        "website": Privacy.P0,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "contact_email": Privacy.P1,
        "member_count": Privacy.P1,
        "premises_count": Privacy.P1,
        "premises_area": Privacy.P1,
        "code_override_reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"pinyin", "initials", "search_text", "confirmed_on", "recorded_at", "changed_at", "version", "source",
         "is_sample", "state", "state_since", "due_on"}
    )  # fmt: skip

    node = models.OneToOneField(
        Node, models.PROTECT, related_name="organisation", verbose_name="节点"
    )
    # The street and community in which the body has its seat; kept by the action that moves it.
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    community = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区"
    )
    name = models.CharField("名称", max_length=120)
    # A record found to be a second one of the same body points to the one that goes on.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )
    short_name = models.CharField("简称", max_length=40, blank=True)
    pinyin = models.CharField("拼音", max_length=600)
    initials = models.CharField("拼音首字母", max_length=120)
    # What a search looks through: lower-cased names, initials and codes, a line each.
    search_text = models.TextField("检索文本")
    kind = models.CharField("类型", max_length=4, choices=Kind)
    liability = models.CharField("民非形式", max_length=10, choices=Liability, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    code_override_reason = models.CharField("代码校验不符的依据", max_length=200, blank=True)
    filing_number = models.CharField("备案编号", max_length=40, blank=True)
    # Who registered it: a region code (100000 is the ministry). Never derived from the seat.
    registrar_code = models.CharField("登记机关区划代码", max_length=6, blank=True)
    registrar_name = models.CharField("登记机关", max_length=60, blank=True)
    competent_unit = models.CharField("业务主管单位", max_length=80, blank=True)
    field = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="服务领域"
    )
    official_class = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="行业分类"
    )
    category = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="备案类别"
    )
    legal_representative = models.CharField("法定代表人（负责人）", max_length=60, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    purpose = models.TextField("宗旨", max_length=1000, blank=True)
    business_scope = models.TextField("业务范围", max_length=2000, blank=True)
    fund_fen = models.BigIntegerField("注册（开办）资金", null=True, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    registered_on = models.DateField("登记（备案）日期", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    website = models.URLField("网址", blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    contact_email = models.EmailField("电子邮箱", blank=True)
    member_count = models.PositiveIntegerField("成员数", null=True, blank=True)
    premises_count = models.PositiveSmallIntegerField("办公场所数", null=True, blank=True)
    premises_area = models.PositiveIntegerField("办公场所面积（平方米）", null=True, blank=True)
    confirmed_on = models.DateField("最近核对日期", null=True, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    changed_at = models.DateTimeField("最近修改时间")
    version = models.PositiveIntegerField("版本", default=1)
    source = models.CharField("来源", max_length=80, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "组织"
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="uscc_belongs_to_one",
                violation_error_message="这个统一社会信用代码已属于另一个组织。",
            ),
            models.UniqueConstraint(
                fields=["filing_number"],
                condition=~Q(filing_number=""),
                name="filing_number_belongs_to_one",
                violation_error_message="这个备案编号已属于另一个组织。",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("BA", "PRE")) | Q(uscc=""),
                name="only_registered_bodies_bear_uscc",
                violation_error_message="备案组织和拟成立团队没有统一社会信用代码。",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="merged_names_where_to",
                violation_error_message="已并入的记录须指明并入哪个组织。",
            ),
        ]
        indexes = [
            models.Index(fields=["pinyin", "id"], name="organisation_by_pinyin"),
            models.Index(fields=["kind", "state"], name="organisation_kind_state"),
            models.Index(fields=["registered_on", "id"], name="organisation_newest"),
            models.Index(fields=["street", "kind"], name="organisation_street_kind"),
            models.Index(fields=["contact_phone"], name="organisation_by_phone"),
            models.Index(fields=["name"], name="organisation_by_name"),
            models.Index(fields=["short_name"], name="organisation_by_short_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_registered(self) -> bool:
        return self.kind in self.REGISTERED
