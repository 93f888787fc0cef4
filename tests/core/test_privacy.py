from typing import ClassVar

from django.db import models
from django.test.utils import isolate_apps

from changle.core.privacy import Privacy, misdeclared_fields, undeclared_fields


def test_every_class_has_label_and_audience():
    assert [member.label for member in Privacy] == [
        "公开",
        "内部",
        "个人信息",
        "敏感个人信息",
        "依法保密",
    ]
    assert all(member.audience for member in Privacy)


@isolate_apps("changle.core")
def test_a_field_that_nobody_declared_is_named():
    class Person(models.Model):  # noqa: DJ008
        privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P2, "gone": Privacy.P0}
        technical: ClassVar[frozenset[str]] = frozenset({"slug"})
        name = models.CharField(max_length=10)
        slug = models.CharField(max_length=10)
        born_on = models.DateField()
        age = models.IntegerField()
        notes = models.JSONField()
        photo = models.FileField()
        mail = models.EmailField()
        is_active = models.BooleanField()
        state = models.CharField(max_length=10)
        friend = models.ForeignKey("self", models.CASCADE)

        class Meta:
            app_label = "core"

    assert undeclared_fields(Person) == ["born_on", "age", "notes", "photo", "mail"]
    assert misdeclared_fields(Person) == ["gone"]


@isolate_apps("changle.core")
def test_a_model_without_declarations_answers_all_its_fields():
    class Bare(models.Model):  # noqa: DJ008
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "core"

    assert undeclared_fields(Bare) == ["name"]
    assert misdeclared_fields(Bare) == []
