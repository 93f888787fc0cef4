from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.people.models.person import Person
from changle.ground.registry.models import Organisation


class PartyFact(Reachable):
    """The party building of one body for a time; counts, and of names the leader's alone."""

    class Form(models.TextChoices):
        COMMITTEE = "committee", "党委"
        GENERAL_BRANCH = "general", "党总支"
        BRANCH = "branch", "党支部"
        TEMPORARY = "temporary", "临时党组织"
        JOINT = "joint", "联合党组织"
        OTHER = "other", "其他"

    class NoReason(models.TextChoices):
        NOT_YET = "not_yet", "符合条件尚未建立"
        TOO_FEW = "too_few", "有党员不符合条件"
        NO_MEMBERS = "no_members", "无党员"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "form": Privacy.P1,
        "affiliation": Privacy.P1,
        "founded_on": Privacy.P1,
        "approving_unit": Privacy.P1,
        "approval_number": Privacy.P1,
        "full_time": Privacy.P1,
        "part_time": Privacy.P1,
        "probationary": Privacy.P1,
        "activists": Privacy.P1,
        "applicants": Privacy.P1,
        "no_reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "recorded_at"})

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="party_facts", verbose_name="组织"
    )
    starts_on = models.DateField("情况自")
    ends_on = models.DateField("情况止（当日起不再如此）", null=True, blank=True)
    has_organisation = models.BooleanField("已建立党组织")
    form = models.CharField("党组织形式", max_length=10, choices=Form, blank=True)
    affiliation = models.CharField("隶属关系", max_length=80, blank=True)
    founded_on = models.DateField("建立日期", null=True, blank=True)
    approving_unit = models.CharField("批准单位", max_length=80, blank=True)
    approval_number = models.CharField("批准文号", max_length=60, blank=True)
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="党组织负责人",
    )  # fmt: skip
    full_time = models.PositiveIntegerField("专职人员中的正式党员", default=0)
    part_time = models.PositiveIntegerField("兼职人员中的正式党员", default=0)
    probationary = models.PositiveIntegerField("预备党员", default=0)
    activists = models.PositiveIntegerField("入党积极分子", default=0)
    applicants = models.PositiveIntegerField("入党申请人", default=0)
    no_reason = models.CharField("未建立原因", max_length=10, choices=NoReason, blank=True)
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "党建情况"
        constraints = [
            NoOverlap(
                name="one_party_fact_at_a_time",
                scope=("organisation",),
                start="starts_on",
                end="ends_on",
                violation_error_message="这段时间已有党建情况的记录。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="party_fact_ends_after_it_starts",
                violation_error_message="止期不能早于起期。",
            ),
            models.CheckConstraint(
                condition=Q(has_organisation=True, no_reason="") & ~Q(form="")
                | Q(has_organisation=False, form="") & ~Q(no_reason=""),
                name="party_organisation_has_form_or_reason",
                violation_error_message="已建立的须选形式，未建立的须选原因。",
            ),
        ]

    def __str__(self) -> str:
        told = self.get_form_display() if self.has_organisation else self.get_no_reason_display()
        return f"{self.organisation}：{told}"
