import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from changle.core.constraints import Locked, Tally
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.core.sealed import BlindIndexField, SealedTextField, mask_name, mask_phone
from changle.ground.territory.models import Node
from changle.services.activities.models.plans import someone
from changle.services.activities.models.questions import Question
from changle.services.activities.models.sessions import Session
from changle.services.activities.models.words import ConsentText


HOLDING = ("confirmed", "offered", "attended", "no_show", "excused")  # have or had a seat
STANDING = (*HOLDING, "waitlisted")


class Participant(Reachable):
    """A natural person who takes part, known by a keyed digest of telephone and name.

    A family may share one telephone, so that the name is part of it. The same person is the same
    row wherever they come, and so is counted once, without anybody reading who it is.
    """

    anchors = ()  # reached through what they signed up for, and by themselves
    owner = "user"
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P3,
        "phone": Privacy.P3,
        "key": Privacy.P3,
        "phone_index": Privacy.P3,
        "birth_year": Privacy.P2,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"recorded_at", "is_sample"})

    id = models.BigAutoField(primary_key=True)
    name = SealedTextField("姓名", blank=True)
    phone = SealedTextField("手机号", blank=True)
    key = BlindIndexField(source="identity")
    phone_index = BlindIndexField(source="phone", db_index=True)
    birth_year = models.PositiveSmallIntegerField("出生年", null=True, blank=True)
    home = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居住地"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="participants",
        verbose_name="账户",
    )  # fmt: skip
    recorded_at = models.DateTimeField("录入时间")
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "参加人"
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key=""), name="participant_is_one_person"
            )
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def identity(self) -> str:
        return f"{self.phone}|{self.name}" if self.phone and self.name else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


class Companion(Reachable):
    """Somebody for whom a person with an account signs up: themselves, a child, a parent."""

    class Relation(models.TextChoices):
        SELF = "self", "本人"
        CHILD = "child", "子女"
        PARENT = "parent", "父母"
        SPOUSE = "spouse", "配偶"
        OTHER = "other", "其他家人"

    anchors = ()
    owner = "user"
    technical: ClassVar[frozenset[str]] = frozenset({"relation"})

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="companions", verbose_name="账户"
    )
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    relation = models.CharField("关系", max_length=10, choices=Relation, default=Relation.SELF)

    class Meta:
        verbose_name = "家人"
        constraints = [
            models.UniqueConstraint(fields=["user", "participant"], name="companion_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()}"


class SignUp(Stateful):
    """One person's place in one session. The order of the line is the order of the keys.

    They are given out one after the other under the lock of the session's row, so that a lower key
    is who came first.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "已报上"
        WAITLISTED = "waitlisted", "候补中"
        OFFERED = "offered", "候补到了，待确认"
        ATTENDED = "attended", "已到场"
        NO_SHOW = "no_show", "爽约"
        EXCUSED = "excused", "未到（已说明）"
        EXPIRED = "expired", "候补逾期"
        LAPSED = "lapsed", "未候补上"
        CANCELLED = "cancelled", "已取消"
        CALLED_OFF = "called_off", "场次取消"

    HOLDING = HOLDING
    LIVE = ("confirmed", "offered", "waitlisted")
    STANDING = STANDING

    anchors = ("session__place__path", "session__activity__lead__path")
    owner = "made_by"
    technical: ClassVar[frozenset[str]] = LIFE | {"party", "asked_at", "offered_until", "channel"}

    class Channel(models.TextChoices):
        ONLINE = "online", "网上"
        API = "api", "接口"
        DESK = "desk", "工作人员代报"

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="sign_ups")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="sign_ups")
    # Who signed up together; `together`: all of them or none.
    party = models.UUIDField(default=uuid.uuid4, editable=False)
    together = models.BooleanField("同进退", default=False)
    guardian = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监护人"
    )
    terms = models.ForeignKey(
        ConsentText,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="须知版本",
    )
    photo_ok = models.BooleanField("同意拍摄", default=False)
    channel = models.CharField("渠道", max_length=10, choices=Channel, default=Channel.ONLINE)
    made_by = someone("报名账户")
    asked_at = models.DateTimeField("报名时间")
    offered_until = models.DateTimeField("应答时限", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "报名"
        constraints = [
            Tally(
                name="sign_ups_hold_seats",
                of="session",
                column="held",
                live=Q(state__in=HOLDING),
            ),
            Tally(
                name="sign_ups_stand_in_line",
                of="session",
                column="waiting",
                live=Q(state="waitlisted"),
            ),
            models.UniqueConstraint(
                fields=["session", "participant"],
                condition=Q(state__in=STANDING),
                name="signed_up_once",
                violation_error_message="这个人已经报过名。",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False),
                name="offer_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "state", "id"], name="sign_up_line"),
            models.Index(fields=["state", "offered_until"], name="sign_up_offers"),
            models.Index(fields=["made_by", "id"], name="sign_up_of_account"),
            models.Index(fields=["party"], name="sign_up_party"),
        ]

    def __str__(self) -> str:
        return f"{self.session} 的报名"


class Answer(Reachable):
    """What somebody answered to a question at sign-up."""

    anchors = ("sign_up__session__place__path", "sign_up__session__activity__lead__path")
    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P3}

    id = models.BigAutoField(primary_key=True)
    sign_up = models.ForeignKey(SignUp, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    text = SealedTextField("回答")

    class Meta:
        verbose_name = "报名回答"
        constraints = [
            models.UniqueConstraint(fields=["sign_up", "question"], name="answered_once")
        ]

    def __str__(self) -> str:
        return f"{self.question}"


class Attendance(Reachable):
    """Somebody was there. The row says by whom and how it was recorded, and so is its own log.

    Without a participant it is a line of a paper list that names nobody: an anonymous attendance.
    Once the session is verified the row stays as it is; what was wrong is a `Correction`.
    """

    class Method(models.TextChoices):
        QR = "qr", "扫码"
        CODE = "code", "输入签到码"
        DOOR = "door", "扫现场码"
        CARD = "card", "刷身份证"
        MANUAL = "manual", "人工点名"
        PAPER = "paper", "纸质签到补录"

    class Role(models.TextChoices):
        SERVED = "served", "服务对象"
        VOLUNTEER = "volunteer", "志愿者"
        STAFF = "staff", "工作人员"
        PERFORMER = "performer", "演出人员"

    anchors = ("session__place__path", "session__activity__lead__path")
    privacy: ClassVar[dict[str, Privacy]] = {"handed_to": Privacy.P3}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"method", "role", "came_at", "left_at", "minutes", "recorded_at", "device", "handed_at"}
    )

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    participant = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="attendances"
    )
    sign_up = models.OneToOneField(
        SignUp, models.PROTECT, null=True, blank=True, related_name="attendance"
    )
    role = models.CharField("身份", max_length=10, choices=Role, default=Role.SERVED)
    method = models.CharField("方式", max_length=10, choices=Method)
    came_at = models.DateTimeField("到场时间")
    left_at = models.DateTimeField("离场时间", null=True, blank=True)
    minutes = models.PositiveIntegerField("参加分钟数", null=True, blank=True)
    handed_to = SealedTextField("交接给", blank=True)  # the guardian who took a child home
    handed_at = models.DateTimeField("交接时间", null=True, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = someone("录入人")
    # What the door's own queue calls the scan, so that sending it twice is sending it once.
    device = models.CharField(max_length=40, blank=True)
    has_answered = models.BooleanField("已反馈", default=False)

    class Meta:
        verbose_name = "到场记录"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "participant"],
                condition=Q(participant__isnull=False),
                name="attends_a_session_once",
                violation_error_message="这个人已经签到。",
            ),
            models.UniqueConstraint(
                fields=["session", "device"], condition=~Q(device=""), name="scan_is_kept_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("came_at")),
                name="leaves_after_coming",
                violation_error_message="离场不能早于到场。",
            ),
            Locked(
                name="attendance_locked_when_verified",
                of="session",
                states=("verified", "counted"),
                fields=("participant", "sign_up", "role", "came_at", "left_at", "minutes"),
                violation_error_message="场次已核实，到场记录不能再改；请登记更正。",
            ),
        ]
        indexes = [
            # Most rows of paper and of years before have no sign-up; without this SQLite believes
            # that none can be told from another by it, and reads them all for each person at a door.
            models.Index(
                fields=["sign_up"], condition=Q(sign_up__isnull=False), name="attendance_of_sign_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.session} 的到场记录"
