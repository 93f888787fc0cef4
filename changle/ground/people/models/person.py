from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.codes import normalise_resident_id
from changle.core.privacy import Privacy
from changle.core.sealed import BlindIndexField, SealedTextField


class Person(models.Model):
    """A natural person, once, however many posts they hold.

    A person lies nowhere: they are reached through the posts of the bodies that one reaches.
    """

    class Sex(models.TextChoices):
        MALE = "m", "男"
        FEMALE = "f", "女"

    class IdType(models.TextChoices):
        RESIDENT = "resident", "居民身份证"
        HONG_KONG_MACAO = "hk_macao", "港澳居民来往内地通行证"
        TAIWAN = "taiwan", "台湾居民来往大陆通行证"
        PASSPORT = "passport", "护照"
        FOREIGN = "foreign", "外国人永久居留身份证"

    class Education(models.TextChoices):
        SCHOOL = "school", "高中及以下"
        COLLEGE = "college", "大学专科"
        BACHELOR = "bachelor", "大学本科"
        MASTER = "master", "硕士及以上"

    class Grade(models.TextChoices):
        ASSISTANT = "assistant", "助理社会工作师"
        SOCIAL_WORKER = "worker", "社会工作师"
        SENIOR = "senior", "高级社会工作师"

    class Politics(models.TextChoices):
        PARTY = "party", "中共党员"
        PROBATIONARY = "probationary", "中共预备党员"
        LEAGUE = "league", "共青团员"
        OTHER_PARTY = "other_party", "民主党派成员"
        MASSES = "masses", "群众"

    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,  # of an office; of mere staff and members no public page tells it
        "pinyin": Privacy.P0,
        "sex": Privacy.P1,
        "birth_year": Privacy.P2,
        "phone": Privacy.P2,
        "email": Privacy.P2,
        "id_type": Privacy.P2,
        "id_number": Privacy.P3,
        "education": Privacy.P1,
        "grade": Privacy.P1,
        "employer": Privacy.P1,
        "official_rank": Privacy.P1,
        "politics": Privacy.P2,
        "note": Privacy.P2,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"id_index", "recorded_at", "changed_at", "version"}
    )

    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=400)  # full and initials: "zhangsan zs"
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    id_type = models.CharField("证件类型", max_length=10, choices=IdType, blank=True)
    id_number = SealedTextField("证件号码", blank=True)
    id_index = BlindIndexField(source="id_number", normalise=normalise_resident_id)
    education = models.CharField("学历", max_length=10, choices=Education, blank=True)
    grade = models.CharField("社会工作者职业水平", max_length=10, choices=Grade, blank=True)
    employer = models.CharField("工作单位及职务", max_length=120, blank=True)
    is_official = models.BooleanField("党政机关领导干部（含离退休）", default=False)
    official_rank = models.CharField("职级", max_length=40, blank=True)
    is_retired = models.BooleanField("已退休", default=False)
    politics = models.CharField("政治面貌", max_length=12, choices=Politics, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    # A record found to be a second one of the same person points to the one that goes on.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )
    recorded_at = models.DateTimeField("录入时间")
    changed_at = models.DateTimeField("最近修改时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "人员"
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"],
                condition=~Q(id_index="") & Q(merged_into__isnull=True),
                name="id_number_belongs_to_one_person",
                violation_error_message="这个证件号码已属于另一个人。",
            ),
            models.CheckConstraint(
                condition=Q(id_index="") | ~Q(id_type=""),
                name="id_number_has_a_type",
                violation_error_message="请选择证件类型。",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True)
                | Q(birth_year__gte=1900, birth_year__lte=2200),
                name="birth_year_is_a_year",
                violation_error_message="出生年份应为四位数字的年份。",
            ),
        ]
        indexes = [models.Index(fields=["name", "phone"], name="person_name_phone")]

    def __str__(self) -> str:
        return self.name
