"""What is typed of a person and their post."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from changle.core.codes import BadCode, check_phone
from changle.ground.accounts.forms import Dressed
from changle.ground.people.actions import GRANTED
from changle.ground.people.models import HEAD, KINDS, UNIT_MEMBER, Group, Person, Post
from changle.ground.people.queries import Namesake, checked_name
from changle.ground.territory.forms import Day
from changle.ground.territory.roles import ROLES


Sections = tuple[tuple[str, tuple[str, ...]], ...]
EMPTY = ("", "不填")
MOST_INT = 2_147_483_647
WHO: tuple[str, tuple[str, ...]] = (
    "这是谁",
    ("name", "phone", "sex", "birth_year", "id_type", "id_number", "email", "education", "grade",
     "employer", "politics", "is_official", "official_rank", "is_retired", "person_note"),
)  # fmt: skip
WHAT = ("kind", "title", "unit_name", "starts_on", "ends_on", "session", "term", "term_ends_on",
        "procedure", "is_re_elected", "is_full_time", "has_contract", "note")  # fmt: skip
PERSONAL = tuple("note" if name == "person_note" else name for name in WHO[1])


def line(label: str, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def kind_choices(*, head: bool = False) -> list[Any]:
    """The kinds under the names of their groups."""
    told: list[Any] = [("", "请选择")]
    for group in Group:
        kinds = [(k.code, k.label) for k in KINDS.values() if k.group == group]
        told.append((group.label, [pair for pair in kinds if head or pair[0] != HEAD]))
    return told


class WhoForm(Dressed, forms.Form):
    """The person alone."""

    sections: ClassVar[Sections] = (WHO,)

    name = forms.CharField(label="姓名", max_length=200)
    phone = line("电话", 40, help_text="手机号或带区号的固定电话；列表里只显示掩码。")
    sex = forms.ChoiceField(label="性别", choices=[EMPTY, *Person.Sex.choices], required=False)
    birth_year = forms.IntegerField(
        label="出生年份", min_value=1900, max_value=2200, required=False,
        help_text="填了身份证号码可不填。",
    )  # fmt: skip
    id_type = forms.ChoiceField(
        label="证件类型", choices=[EMPTY, *Person.IdType.choices], required=False
    )
    id_number = line("证件号码", 40, help_text="加密保存；同一号码视为同一人。",
                     widget=forms.TextInput({"autocomplete": "off"}))  # fmt: skip
    email = forms.EmailField(
        label="电子邮箱", max_length=254, required=False,
        error_messages={"invalid": "请填写完整的邮件地址，例如 name@example.org。"},
    )  # fmt: skip
    education = forms.ChoiceField(
        label="学历", choices=[EMPTY, *Person.Education.choices], required=False
    )
    grade = forms.ChoiceField(
        label="社会工作者职业水平", choices=[EMPTY, *Person.Grade.choices], required=False
    )
    employer = line("工作单位及职务", 120)
    politics = forms.ChoiceField(
        label="政治面貌", choices=[EMPTY, *Person.Politics.choices], required=False,
        help_text="只用于汇总计数，不在公众页面显示。",
    )  # fmt: skip
    is_official = forms.BooleanField(label="党政机关领导干部（含离退休）", required=False)
    official_rank = line("职级", 40)
    is_retired = forms.BooleanField(label="已退休", required=False)
    person_note = line("关于此人的备注", 500)

    def grouped(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        for heading, names in self.sections:
            yield heading, [self[name] for name in names if name in self.fields]

    def clean_name(self) -> str:
        try:
            return checked_name(self.cleaned_data["name"])
        except BadCode as error:
            raise ValidationError(error.sentence) from None

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        try:
            return str(check_phone(text)) if text else ""
        except BadCode as error:
            raise ValidationError(error.sentence) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("id_number") and not values.get("id_type"):
            self.add_error("id_type", "请选择证件类型。")
        if values.get("official_rank") and not values.get("is_official"):
            self.add_error("official_rank", "填写职级，请同时勾选“党政机关领导干部”。")
        return values

    def person(self) -> dict[str, Any]:
        """What was typed of the person, by the columns of `Person`."""
        told = {name: self.cleaned_data[name] for name in WHO[1] if name != "person_note"}
        return {**told, "note": self.cleaned_data["person_note"]}


class PersonForm(WhoForm):
    """Putting a person right; the number that is kept is not shown, and stays when none is typed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INT)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        names = set(PERSONAL) - {"id_number", "note"}
        initial = {name: getattr(person, name) for name in names}
        initial |= {"person_note": person.note, "version": person.version}
        super().__init__(*args, initial=initial, **kwargs)
        if person.id_index:
            self.fields["id_number"].help_text = "已登记；不改请留空。"


class PostFields(Dressed, forms.Form):
    kind = forms.ChoiceField(label="职务类别", choices=kind_choices())
    title = line("职务名称", 60, help_text="与类别名称不同的才填，例如“执行副会长”。")
    unit_name = line("会员单位", 120, help_text="仅单位会员填写。")
    starts_on = Day(label="任职日期")
    ends_on = Day(label="离任日期", required=False, help_text="当日起不再任职；在任的不填。")
    session = line("届次", 20, help_text="例如“第三届”。")
    term = forms.IntegerField(label="连任届数", min_value=1, max_value=99, required=False)
    term_ends_on = Day(label="届满日期", required=False, help_text="章程规定的；不填按五年计。")
    procedure = forms.ChoiceField(
        label="产生方式", choices=[EMPTY, *Post.Procedure.choices], required=False
    )
    is_re_elected = forms.BooleanField(label="连任", required=False)
    is_full_time = forms.BooleanField(label="专职", required=False)
    has_contract = forms.BooleanField(label="已签劳动合同", required=False)
    note = line("说明", 200)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, kind = values.get("starts_on"), values.get("kind")
        if starts_on and values.get("ends_on") and values["ends_on"] <= starts_on:
            self.add_error("ends_on", "离任日期应晚于任职日期。")
        if starts_on and values.get("term_ends_on") and values["term_ends_on"] <= starts_on:
            self.add_error("term_ends_on", "届满日期应晚于任职日期。")
        if kind == UNIT_MEMBER and not values.get("unit_name"):
            self.add_error("unit_name", "单位会员须写明单位名称。")
        elif kind and kind != UNIT_MEMBER and values.get("unit_name"):
            self.add_error("unit_name", "只有单位会员填写会员单位。")
        return values

    def post(self) -> dict[str, Any]:
        """What was typed of the post, by the columns of `Post`."""
        return {name: self.cleaned_data[name] for name in WHAT if name in self.cleaned_data}


class AddForm(WhoForm, PostFields):
    """Somebody takes up a post."""

    sections: ClassVar[Sections] = (("任什么职", WHAT), WHO)
    same = forms.ChoiceField(label="已有同名同电话的人", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(())

    def offer(self, found: Iterable[Namesake]) -> None:
        """Let the clerk say whether it is one of these."""
        told = [(str(one.pk), f"就是此人：{one.name} {one.phone}（{one.posts}）") for one in found]
        field: Any = self.fields["same"]
        field.choices = [("", "请选择"), *told, ("new", "不是，是另一个人")] if told else [("", "")]
        self.asks = bool(told)


class HeadForm(AddForm):
    """A new head in the place of the present one."""

    sections: ClassVar[Sections] = (
        ("变更", ("starts_on", "because", "title", "session", "term", "term_ends_on", "procedure",
                "is_full_time", "has_contract", "note")),
        WHO,
    )  # fmt: skip
    because = forms.ChoiceField(
        label="原任离任原因", required=False,
        choices=[pair for pair in Post.Ending.choices if pair[0] != Post.Ending.MISTAKE],
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INT)
    since = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "unit_name", "ends_on", "is_re_elected"):
            del self.fields[name]
        self.fields["starts_on"].label = "变更日期"
        self.fields["starts_on"].help_text = "登记（备案）机关核准之日；当日起原任离任。"


class EditForm(PostFields):
    sections: ClassVar[Sections] = (("任职", WHAT),)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INT)

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        initial = {name: getattr(post, name) for name in (*WHAT, "version")}
        super().__init__(*args, initial=initial, **kwargs)
        if post.kind == HEAD:
            self.fields["kind"].choices = [(HEAD, KINDS[HEAD].label)]  # type: ignore[attr-defined]  # a ChoiceField

    def grouped(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        yield "任职", [self[name] for name in WHAT]


class EndForm(Dressed, forms.Form):
    on = Day(label="离任日期", required=False, help_text="当日起不再任职；录入错误的可不填。")
    because = forms.ChoiceField(
        label="原因", choices=[("", "请选择"), *Post.Ending.choices],
        help_text="选“录入错误”，这条任职从名单和统计中去掉，日志里保留。",
    )  # fmt: skip
    note = line("说明", 200)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        slip = values.get("because") in {None, "", Post.Ending.MISTAKE}
        if not slip and not values.get("on") and "on" not in self.errors:
            self.add_error("on", "请填写离任日期。")
        return values


class AccessForm(Dressed, forms.Form):
    username = forms.CharField(label="用户名", max_length=60, help_text="本人已有的平台账户。")
    role = forms.ChoiceField(
        label="角色",
        choices=[(code, f"{ROLES[code].name}：{ROLES[code].about}") for code in GRANTED],
    )


class NumberForm(Dressed, forms.Form):
    reason = forms.CharField(label="查看证件号码的理由", max_length=200)


class MergeForm(Dressed, forms.Form):
    other = forms.IntegerField(min_value=1, max_value=2**63 - 1)
