"""Courses that are held as sessions, and what those who came to them are given."""

import secrets
from typing import ClassVar

from django.db import models

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.core.sealed import SealedTextField, mask_name
from changle.ground.registry.models import Organisation
from changle.services.activities.models import Participant, Session
from changle.services.commons.models import Centre
from changle.services.incubation.models.intake import someone


def new_code() -> str:
    return secrets.token_hex(8)


class Course(Reachable):
    """A training of a house (fields after 民政部令第67号: name, content, hours, organiser, date)."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0, "content": Privacy.P0, "organiser": Privacy.P0,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset({"minutes", "least_share", "is_closed"})

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="courses", verbose_name="中心")
    title = models.CharField("课程名称", max_length=80)
    content = models.TextField("主要内容", max_length=1000)
    organiser = models.CharField("主办单位", max_length=80)
    minutes = models.PositiveIntegerField("课程分钟")
    # Of the sessions of the course, how many in a hundred one must come to.
    least_share = models.PositiveSmallIntegerField("结业出勤（%）", default=80)
    is_closed = models.BooleanField("已结课", default=False)

    class Meta:
        verbose_name = "课程"

    def __str__(self) -> str:
        return self.title


class CourseSession(Reachable):
    """A session of the activities that is a lesson of a course."""

    anchors = ("course__centre__node__path",)

    course = models.ForeignKey(Course, models.PROTECT, related_name="lessons")
    session = models.OneToOneField(Session, models.PROTECT, related_name="lesson")

    class Meta:
        verbose_name = "课次"

    def __str__(self) -> str:
        return f"{self.course_id} {self.session_id}"


class Certificate(Reachable):
    """Says that a person came to a course; everybody may check it by its code."""

    anchors = ("course__centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"holder": Privacy.P3, "revoked_because": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"code", "issued_on", "minutes", "revoked_on"})

    course = models.ForeignKey(Course, models.PROTECT, related_name="certificates")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="组织"
    )
    holder = SealedTextField("姓名")
    code = models.CharField("校验码", max_length=16, unique=True, default=new_code, editable=False)
    minutes = models.PositiveIntegerField("学习分钟")
    issued_on = models.DateField("颁发日期")
    issued_by = someone("颁发人")
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    revoked_because = models.CharField("撤销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "结业证书"
        constraints = [
            models.UniqueConstraint(fields=["course", "participant"], name="certificate_once")
        ]

    def __str__(self) -> str:
        return f"{mask_name(self.holder)} {self.course_id}"
