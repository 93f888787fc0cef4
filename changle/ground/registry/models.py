from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.territory.models import Node


class ClassList(models.TextChoices):
    """Lists by which bodies are classed; no list replaces another, `Crosswalk` leads across."""

    FIELD = "field", "本区服务领域"
    ASSOCIATION = "association", "社会团体行业分类（14 类）"
    NONENTERPRISE = "nonenterprise", "民办非企业单位行业分类（11 类）"
    FOUNDATION = "foundation", "基金会类别"
    INDUSTRY = "industry", "民办非企业单位登记行业（1999）"
    COMMUNITY = "community", "社区社会组织类别"
    REPORT = "report", "社区社会组织汇总表类别"


class ClassItem(models.Model):
    """One entry of a class list; retired entries stay for the records that bear them."""

    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"list", "code", "sort", "retired_on"})

    list = models.CharField("分类表", max_length=20, choices=ClassList)
    code = models.CharField("代码", max_length=30)
    name = models.CharField("名称", max_length=60)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "分类"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code"],
                name="class_code_once_in_list",
                violation_error_message="本表已有这个代码。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Crosswalk(models.Model):
    """An entry of one list seen as an entry of another; at most one answer a target list."""

    technical: ClassVar[frozenset[str]] = frozenset({"target_list"})

    source = models.ForeignKey(ClassItem, models.CASCADE, related_name="leads_to")
    target = models.ForeignKey(ClassItem, models.PROTECT, related_name="led_from")
    target_list = models.CharField(max_length=20, choices=ClassList)

    class Meta:
        verbose_name = "分类对照"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target_list"],
                name="crosswalk_one_answer",
                violation_error_message="该类在目标表中已有对照。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


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
        ]
        indexes = [
            models.Index(fields=["pinyin", "id"], name="organisation_by_pinyin"),
            models.Index(fields=["kind", "state"], name="organisation_kind_state"),
            models.Index(fields=["street", "kind"], name="organisation_street_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_registered(self) -> bool:
        return self.kind in self.REGISTERED


class Identity(Reachable):
    """What an organisation was called, was, and where it stood, for a span of time (half open).

    A rename, a move or a conversion closes one and opens the next on the same day, so that on any
    day each body counts at most once, under what it was on that day.
    """

    class Opening(models.TextChoices):
        FOUNDED = "founded", "组成团队"
        FILED = "filed", "备案"
        REGISTERED = "registered", "登记"
        CONVERTED = "converted", "备案转登记"
        CHANGED = "changed", "变更"

    class Closing(models.TextChoices):
        CHANGED = "changed", "变更"
        CONVERTED = "converted", "备案转登记"
        DEREGISTERED = "deregistered", "注销登记"
        REVOKED = "revoked", "撤销登记"
        LAPSED = "lapsed", "长期未活动"
        CANCELLED = "cancelled", "注销备案"
        DISSOLVED = "dissolved", "解散"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "kind": Privacy.P0,
        "code": Privacy.P0,
        "registrar_code": Privacy.P0,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"starts_on", "ends_on", "opened_by", "closed_by", "recorded_at"}
    )

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="identities", verbose_name="组织"
    )
    kind = models.CharField("类型", max_length=4, choices=Organisation.Kind)
    name = models.CharField("名称", max_length=120)
    code = models.CharField("代码或备案编号", max_length=40, blank=True)
    registrar_code = models.CharField("登记机关区划代码", max_length=6, blank=True)
    place = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="所在地")
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    community = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区"
    )
    field = models.ForeignKey(ClassItem, models.PROTECT, null=True, blank=True, related_name="+")
    official_class = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    opened_by = models.CharField("起因", max_length=20, choices=Opening)
    closed_by = models.CharField("止因", max_length=20, choices=Closing, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "历史名称与身份"
        constraints = [
            NoOverlap(
                name="one_identity_at_a_time",
                scope=("organisation",),
                start="starts_on",
                end="ends_on",
                violation_error_message="同一组织的两段身份时间重叠。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, closed_by="")
                | (Q(ends_on__gte=F("starts_on")) & ~Q(closed_by="")),
                name="identity_closes_with_a_reason",
                violation_error_message="止期与止因应同时填写，且不早于起期。",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "starts_on", "ends_on"], name="identity_span"),
            models.Index(fields=["place", "kind"], name="identity_place"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"


class OfficialFact(Reachable):
    """A dated fact mirrored from the official systems: inspection, grade, list."""

    class Kind(models.TextChoices):
        INSPECTION = "inspection", "年检（年报）结论"
        GRADE = "grade", "评估等级"
        ABNORMAL = "abnormal", "活动异常名录"
        SERIOUS = "serious", "严重违法失信名单"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "kind": Privacy.P0,
        "result": Privacy.P0,
        "authority": Privacy.P0,
        "document": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"year", "starts_on", "ends_on", "source", "recorded_at"}
    )

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="facts", verbose_name="组织"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind)
    result = models.CharField("结论", max_length=40, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    starts_on = models.DateField("起", null=True, blank=True)
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    authority = models.CharField("作出机关", max_length=60, blank=True)
    document = models.CharField("文号", max_length=80, blank=True)
    source = models.CharField("来源", max_length=80, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "官方事实"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "year", "starts_on"],
                name="official_fact_once",
                violation_error_message="这条事实已记录过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.result}"


class ImportBatch(Stateful):
    """A spreadsheet on its way into the registry; undone as a whole, or not at all."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        CHECKED = "checked", "已试算"
        IMPORTING = "importing", "导入中"
        IMPORTED = "imported", "已导入"
        FAILED = "failed", "未导入"
        UNDONE = "undone", "已撤销"
        DISCARDED = "discarded", "已放弃"

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"file_name": Privacy.P1, "title": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"file_id", "sheet", "mapping", "options", "counts", "created_at", "state", "state_since",
         "due_on"}
    )  # fmt: skip

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="导入到")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    file_id = models.UUIDField(null=True)
    file_name = models.CharField("文件", max_length=160)
    title = models.CharField("标题", max_length=200, blank=True)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    options = models.JSONField("选项", default=dict)
    counts = models.JSONField("计数", default=dict)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "导入批次"

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of the sheet: as it stood, what is made of it, and why it was refused or doubtful."""

    class Verdict(models.TextChoices):
        NEW = "new", "新增"
        UPDATE = "update", "更新"
        SAME = "same", "无变化"
        DOUBTFUL = "doubtful", "存疑"
        REFUSED = "refused", "拒绝"
        SKIPPED = "skipped", "非数据行"

    privacy: ClassVar[dict[str, Privacy]] = {
        "cells": Privacy.P1,
        "values": Privacy.P1,
        "before": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"number", "verdict", "reasons", "applied"})

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    cells = models.JSONField("原文", default=list)
    values = models.JSONField("取值", default=dict)
    verdict = models.CharField("判断", max_length=10, choices=Verdict)
    reasons = models.JSONField("原因", default=list)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="+", verbose_name="组织"
    )
    before = models.JSONField("导入前", default=dict)  # field -> value, to undo an update
    applied = models.BooleanField("已写入", default=False)

    class Meta:
        verbose_name = "导入行"
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")
        ]
        indexes = [models.Index(fields=["batch", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
