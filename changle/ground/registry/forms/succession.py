"""What is told of a division or a merger by law: who, since when, by which paper."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.codes import normalise_uscc
from changle.ground.registry.actions.adding import Draft
from changle.ground.registry.forms.steps import SIZE_OF_NOTE, Dated
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node


MOST_PARTS = 3
REGISTERED = [pair for pair in Organisation.Kind.choices if pair[0] in Organisation.REGISTERED]
MOST_CODES = 20


def name_field(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, required=required)


def code_field(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=40, required=required, help_text="18 位，见登记证书。"
    )


class LawForm(Dated):
    """The paper and the day, and what the new bodies bear of the old one."""

    document = forms.CharField(label="批复文号", max_length=80, required=False)
    note = forms.CharField(
        label="理由", max_length=SIZE_OF_NOTE, help_text="例如：理事会决议和登记机关批复。"
    )

    def draft(self, name: str, uscc: str, kind: str, place: Node) -> Draft:
        return Draft(kind=kind, name=name, uscc=uscc, place=place, source="分立（合并）")

    def common(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {"on": told["on"], "note": told["note"], "document": told["document"]}


class SplitForm(LawForm):
    ends = forms.BooleanField(label="原组织随之终止（不勾选则存续）", required=False)
    kind = forms.ChoiceField(label="新组织的类型", choices=REGISTERED)
    name1 = name_field("新组织一的名称", required=True)
    uscc1 = code_field("新组织一的统一社会信用代码", required=True)
    name2 = name_field("新组织二的名称", required=False)
    uscc2 = code_field("新组织二的统一社会信用代码", required=False)
    name3 = name_field("新组织三的名称", required=False)
    uscc3 = code_field("新组织三的统一社会信用代码", required=False)
    field_order = ("on", "document", "note", "ends", "kind")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(2, MOST_PARTS + 1):
            if bool(values.get(f"name{number}")) != bool(values.get(f"uscc{number}")):
                self.add_error(f"uscc{number}", "名称和代码应当一起填写。")
        return values

    def drafts(self, place: Node) -> list[Draft]:
        told = self.cleaned_data
        return [
            self.draft(told[f"name{n}"], normalise_uscc(told[f"uscc{n}"]), told["kind"], place)
            for n in range(1, MOST_PARTS + 1)
            if told[f"name{n}"]
        ]


class JoinForm(LawForm):
    way = forms.ChoiceField(
        label="方式",
        choices=[
            ("absorption", "吸收合并：本组织存续，其他并入"),
            ("merger", "新设合并：都终止，成立一家新的"),
        ],
    )
    codes = forms.CharField(
        label="其他各方的统一社会信用代码", max_length=800, widget=forms.Textarea({"rows": 2}),
        help_text="一行一个，都须已在名录里。",
    )  # fmt: skip
    kind = forms.ChoiceField(label="新组织的类型（新设合并）", choices=REGISTERED, required=False)
    name = name_field("新组织的名称（新设合并）", required=False)
    uscc = code_field("新组织的统一社会信用代码（新设合并）", required=False)
    field_order = ("way", "codes", "on", "document", "note", "kind", "name", "uscc")

    def clean_codes(self) -> list[int]:
        """The keys of the bodies that bear the codes; whether they may be ended is for the action."""
        codes = [normalise_uscc(code) for code in self.cleaned_data["codes"].split()][:MOST_CODES]
        rows = Organisation.objects.filter(uscc__in=codes).exclude(uscc="")
        found = dict(rows.order_by("pk").values_list("uscc", "pk"))
        for code in codes:
            if code not in found:
                raise ValidationError(f"名录里没有代码为 {code[:20]} 的组织。")
        return [found[code] for code in codes]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("way") == "merger":
            for name in ("kind", "name", "uscc"):
                if not values.get(name):
                    self.add_error(name, "新设合并须填写新组织。")
        return values

    def into(self, place: Node) -> Draft:
        told = self.cleaned_data
        return self.draft(told["name"], normalise_uscc(told["uscc"]), told["kind"], place)
