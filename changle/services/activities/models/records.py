from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.constraints import AppendOnly
from changle.core.files import StoredFile
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.activities.models.people import Attendance
from changle.services.activities.models.plans import someone
from changle.services.activities.models.sessions import Session


OF_SESSION = ("session__place__path", "session__activity__lead__path")


class HeadCount(Reachable):
    """Everybody who was served and there at one moment, those on the list included.

    It is counted by a person with a name; the last count of a session is the one that holds.
    """

    anchors = OF_SESSION
    privacy: ClassVar[dict[str, Privacy]] = {"counted_by": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"people", "counted_at", "recorded_at"})

    session = models.ForeignKey(Session, models.CASCADE, related_name="head_counts")
    people = models.PositiveIntegerField("现场总人数（含已签到）")
    counted_by = models.CharField("清点人", max_length=60)
    counted_at = models.DateTimeField("清点时间")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = someone("录入人")

    class Meta:
        verbose_name = "人数清点"
        constraints = [
            AppendOnly(name="head_count_append_only"),
            models.CheckConstraint(
                condition=~Q(counted_by=""),
                name="head_count_names_its_counter",
                violation_error_message="请写明清点人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people} 人（{self.counted_by}清点）"


class Evidence(Reachable):
    """A paper or picture that a session was held. The metadata of pictures is gone when stored."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "现场照片"
        LIST = "list", "签到表"
        COUNT = "count", "清点单"
        RECEIPT = "receipt", "票据"
        OTHER = "other", "其他"

    class Consent(models.TextChoices):
        NOBODY = "nobody", "没有可辨认的人"
        GIVEN = "given", "出镜的人都同意"
        MINORS = "minors", "有未成年人，监护人同意"

    anchors = OF_SESSION
    privacy: ClassVar[dict[str, Privacy]] = {"caption": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"kind", "consent", "taken_at", "recorded_at"})

    session = models.ForeignKey(Session, models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    caption = models.CharField("说明", max_length=100, blank=True)
    consent = models.CharField("肖像同意", max_length=10, choices=Consent, blank=True)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    is_public = models.BooleanField("可公开", default=False)
    recorded_at = models.DateTimeField("上传时间")
    recorded_by = someone("上传人")

    class Meta:
        verbose_name = "活动佐证"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="photo") | (Q(taken_at__isnull=False) & ~Q(consent="")),
                name="photo_says_when_and_by_consent",
                violation_error_message="照片须写明拍摄时间和肖像同意情况。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Feedback(Reachable):
    """What somebody who was there thought. The row does not say who, nor at what time of day.

    That somebody has answered stands at their attendance; nothing leads from one to the other.
    """

    anchors = OF_SESSION
    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P1, "score": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"on"})

    id = models.UUIDField(primary_key=True)  # random: keys in order would tell who came when
    session = models.ForeignKey(Session, models.CASCADE, related_name="feedback")
    score = models.PositiveSmallIntegerField("评分")
    text = models.CharField("意见", max_length=500, blank=True)
    on = models.DateField("日期")

    class Meta:
        verbose_name = "活动反馈"
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5),
                name="score_is_one_to_five",
                violation_error_message="评分为 1 到 5 分。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} 分"


class Expense(Reachable):
    """One line of what a session cost."""

    anchors = OF_SESSION
    privacy: ClassVar[dict[str, Privacy]] = {
        "what": Privacy.P1,
        "fen": Privacy.P1,
        "payer": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"spent_on"})

    session = models.ForeignKey(Session, models.CASCADE, related_name="expenses")
    what = models.CharField("用途", max_length=100)
    fen = models.BigIntegerField("金额")
    payer = models.CharField("出资方", max_length=80, blank=True)
    spent_on = models.DateField("支出日期")

    class Meta:
        verbose_name = "活动支出"
        constraints = [
            models.CheckConstraint(
                condition=Q(fen__gt=0),
                name="expense_is_positive",
                violation_error_message="金额应大于零。",
            )
        ]

    def __str__(self) -> str:
        return self.what


class Correction(Reachable):
    """What was wrong about a verified session, and what its numbers become by it."""

    anchors = OF_SESSION
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"named", "anonymous", "made_at"})

    session = models.ForeignKey(Session, models.PROTECT, related_name="corrections")
    # An attendance that was none; its person counts no more for this session.
    strikes = models.OneToOneField(
        Attendance, models.PROTECT, null=True, blank=True, related_name="struck_by"
    )
    named = models.IntegerField("实名人次增减", default=0)
    anonymous = models.IntegerField("匿名人次增减", default=0)
    reason = models.CharField("原因", max_length=300)
    made_at = models.DateTimeField("更正时间")
    made_by = someone("更正人")

    class Meta:
        verbose_name = "场次更正"
        constraints = [
            AppendOnly(name="correction_append_only"),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(named=0) | ~Q(anonymous=0)),
                name="correction_changes_something",
                violation_error_message="请写明更正的数量和原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} 更正：实名 {self.named:+d}，匿名 {self.anonymous:+d}"
