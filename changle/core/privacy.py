"""Classes of personal data: each model says of each of its fields who may see it."""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models


class Privacy(StrEnum):
    """The class of a field, and with it the default audience.

    * P0: everybody (name, code, address, legal representative, grade, credit lists, awards).
    * P1: staff, by their place in the territory (contact phone, finance, drafts).
    * P2: the handler and the person; masked elsewhere (identity, phone, attendance).
    * P3: assigned persons only; sealed at rest, each reading logged (id number, health, religion,
      children under 14, casework, mediation, bank data of donors).
    * P4: not accepted at all, routed out (accusations, 检举控告材料).
    """

    P0 = "public"
    P1 = "internal"
    P2 = "personal"
    P3 = "sensitive"
    P4 = "secret"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def audience(self) -> str:
        return AUDIENCES[self]


LABELS: Mapping[Privacy, str] = {
    Privacy.P0: "公开",
    Privacy.P1: "内部",
    Privacy.P2: "个人信息",
    Privacy.P3: "敏感个人信息",
    Privacy.P4: "依法保密",
}
AUDIENCES: Mapping[Privacy, str] = {
    Privacy.P0: "所有人",
    Privacy.P1: "管辖范围内的工作人员",
    Privacy.P2: "经办人和本人，其他人只见掩码",
    Privacy.P3: "指定人员，加密保存，查看留痕",
    Privacy.P4: "本平台不受理，引导到法定渠道",
}
# The life of a row (core.lifecycle) says nothing of a person.
LIFE = frozenset({"state", "state_since", "due_on"})


def undeclared_fields(model: type[models.Model]) -> list[str]:
    """The fields that could tell of somebody and stand neither in `privacy` nor in `technical`.

    Keys, relations, yes-or-no fields and the state of a row need no declaration.
    """
    declared = {*getattr(model, "privacy", {}), *getattr(model, "technical", ())}
    return [
        field.name
        for field in model._meta.concrete_fields
        if not (
            field.is_relation
            or field.primary_key
            or field.name in LIFE
            or isinstance(field, models.BooleanField)
        )
        and field.name not in declared
    ]


def misdeclared_fields(model: type[models.Model]) -> list[str]:
    """Names in `privacy` or `technical` that are no field, or that stand in both."""
    classes = set(getattr(model, "privacy", {}))
    technical = set(getattr(model, "technical", ()))
    known = {field.name for field in model._meta.get_fields()}
    return sorted(((classes | technical) - known) | (classes & technical))
