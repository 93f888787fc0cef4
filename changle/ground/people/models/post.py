from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.people.models.kinds import HEAD, KIND_CHOICES, KINDS, UNIT_MEMBER, Group
from changle.ground.people.models.person import Person
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant


TERM_YEARS = 5  # of a council where no other end of the term is written down; most charters say so


class Post(Reachable):
    """One person in one body in one capacity for a time (half open: on `ends_on` it is over)."""

    class Procedure(models.TextChoices):
        MEETING = "meeting", "会员（代表）大会选举"
        COUNCIL = "council", "理事会选举"
        APPOINTED = "appointed", "举办者或主管单位委派"
        STAFF = "staff", "职工大会推选"
        HIRED = "hired", "聘任"
        AGREED = "agreed", "成员推选"

    class Ending(models.TextChoices):
        TERM = "term", "任期届满"
        ELECTION = "election", "换届"
        RESIGNED = "resigned", "辞职"
        REMOVED = "removed", "罢免或解聘"
        TRANSFERRED = "transferred", "工作调动"
        LEFT = "left", "退出"
        DIED = "died", "去世"
        OTHER = "other", "其他"
        MISTAKE = "mistake", "录入错误"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0,  # of an office; see Person.name
        "unit_name": Privacy.P1,
        "session": Privacy.P0,
        "procedure": Privacy.P1,
        "ended_because": Privacy.P1,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"kind", "term", "starts_on", "ends_on", "term_ends_on", "recorded_at", "changed_at",
         "version"}
    )  # fmt: skip

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="posts", verbose_name="组织"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name="人员")
    kind = models.CharField("职务类别", max_length=20, choices=KIND_CHOICES)
    title = models.CharField("职务名称", max_length=60, blank=True)
    unit_name = models.CharField("会员单位", max_length=120, blank=True)
    session = models.CharField("届次", max_length=20, blank=True)  # as the minutes say: 第三届
    term = models.PositiveSmallIntegerField("连任届数", null=True, blank=True)
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("离任日期（当日起不再任职）", null=True, blank=True)
    # When the term runs out on paper; who is not replaced then stays in office until they are.
    term_ends_on = models.DateField("届满日期", null=True, blank=True)
    procedure = models.CharField("产生方式", max_length=10, choices=Procedure, blank=True)
    is_re_elected = models.BooleanField("连任", default=False)
    is_full_time = models.BooleanField("专职", default=False)
    has_contract = models.BooleanField("已签劳动合同", default=False)
    ended_because = models.CharField("离任原因", max_length=12, choices=Ending, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    # The account that comes with the post, and the grant that ends with it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="posts",
        verbose_name="账户",
    )  # fmt: skip
    grant = models.OneToOneField(
        Grant, models.PROTECT, null=True, blank=True, related_name="held_post", verbose_name="授权"
    )
    recorded_at = models.DateTimeField("录入时间")
    changed_at = models.DateTimeField("最近修改时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_it_starts",
                violation_error_message="离任日期不能早于任职日期。",
            ),
            models.CheckConstraint(
                condition=Q(term_ends_on__isnull=True) | Q(term_ends_on__gt=F("starts_on")),
                name="term_ends_after_it_starts",
                violation_error_message="届满日期应晚于任职日期。",
            ),
            models.CheckConstraint(
                condition=Q(kind=UNIT_MEMBER) & ~Q(unit_name="")
                | ~Q(kind=UNIT_MEMBER) & Q(unit_name=""),
                name="unit_member_names_its_unit",
                violation_error_message="单位会员须写明单位名称，其他职务不填会员单位。",
            ),
            models.CheckConstraint(
                condition=Q(grant__isnull=True) | Q(user__isnull=False),
                name="grant_of_a_post_has_an_account",
                violation_error_message="授权须对应账户。",
            ),
            NoOverlap(
                name="same_post_once_at_a_time",
                scope=("organisation", "person", "kind", "unit_name"),
                start="starts_on",
                end="ends_on",
                violation_error_message="此人在这段时间已在本组织担任同样的职务。",
            ),
            NoOverlap(
                name="one_head_at_a_time",
                scope=("organisation",),
                start="starts_on",
                end="ends_on",
                live=Q(kind=HEAD),
                violation_error_message="这段时间本组织已有法定代表人（负责人）。",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "starts_on"], name="post_of_body"),
            models.Index(fields=["person", "starts_on"], name="post_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}（{self.label}）"

    @property
    def label(self) -> str:
        """The post as people call it."""
        return self.title or KINDS[self.kind].label

    @property
    def group(self) -> Group:
        return KINDS[self.kind].group

    @property
    def term_over_on(self) -> date:
        """The day on which the term has run out, whether written down or by custom."""
        return self.term_ends_on or years_after(self.starts_on, TERM_YEARS)


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March, as spans are half open."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
