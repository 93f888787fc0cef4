"""The forms from the call to the signature."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator

from changle.ground.accounts.forms import Boxes, Dressed
from changle.ground.territory.forms import Day
from changle.services.incubation.actions import Seats, Terms
from changle.services.incubation.models import MOST_REMARK
from changle.services.incubation.queries.scoring import parts_of


Rows = list[tuple[Any, str]]
MOST_PLACES = 500


def block(label: str, most: int, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **kwargs
    )


class CallForm(Dressed, forms.Form):
    centre = forms.TypedChoiceField(label="中心", coerce=int)
    title = forms.CharField(label="公告名称", max_length=80)
    opens_on = Day(label="开始日期")
    closes_on = Day(label="截止日期", help_text="自这一天起不再接受申请。")
    conditions = forms.MultipleChoiceField(
        label="申请条件", required=False, widget=Boxes,
        help_text="由平台按名录核对，组织在申请前就能看到自己是否符合。",
    )  # fmt: skip
    places = forms.IntegerField(label="实地名额", min_value=0, max_value=MOST_PLACES, initial=15)
    virtual_places = forms.IntegerField(
        label="虚拟名额", min_value=0, max_value=MOST_PLACES, initial=15
    )
    panel_size = forms.TypedChoiceField(
        label="评审人数", choices=[(n, f"{n} 人") for n in (3, 5, 7, 9)], coerce=int
    )
    is_anonymous = forms.BooleanField(
        label="评审时隐去组织名称", required=False,
        help_text="评审人只看到编号、计划和不含名称的材料；打完分、公示时才公开。",
    )  # fmt: skip

    def __init__(self, *args: Any, centres: Rows, conditions: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].choices = centres  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["conditions"].choices = conditions  # type: ignore[attr-defined]  # as above
        self.fields["conditions"].widget.attrs["class"] = "form-check-input"

    def terms(self) -> Terms:
        told = {name: value for name, value in self.cleaned_data.items() if name != "centre"}
        return Terms(**told)


class ApplyForm(Dressed, forms.Form):
    plan = block(
        "项目和发展计划", 3000, 8, help_text="服务谁、做什么、怎么做、两年内想长成什么样。"
    )
    is_virtual = forms.BooleanField(label="申请虚拟孵化，不占工位", required=False)


class PaperForm(Dressed, forms.Form):
    file = forms.FileField(
        label="文件", max_length=200,
        help_text="PDF、Word、Excel 或照片；文档里的作者、单位和照片里的拍摄地点等信息会去掉，文件按材料名称保存。",
        validators=[FileExtensionValidator(
            ["pdf", "docx", "xlsx", "csv", "txt", "jpg", "jpeg", "png", "webp"]
        )],
    )  # fmt: skip


class AppointForm(Dressed, forms.Form):
    reviewer = forms.TypedChoiceField(label="评审专家", coerce=int)

    def __init__(self, *args: Any, experts: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = [("", "请选择"), *experts]  # type: ignore[attr-defined]  # a ChoiceField


class WhyForm(Dressed, forms.Form):
    because = block("原因", 200)


class NoteForm(forms.Form):
    note = forms.CharField(label="理由", max_length=1000, required=False)


class SureForm(Dressed, forms.Form):
    """Nothing to type: the page tells what follows, and the button does it."""


class SignForm(Dressed, forms.Form):
    undertakes = forms.BooleanField(label="已阅读协议并接受承诺书", required=False)


class CountersignForm(Dressed, forms.Form):
    starts_on = Day(label="入驻日期")
    ends_on = Day(label="到期日期", help_text="自这一天起不再使用。")
    desks = forms.TypedMultipleChoiceField(
        label="工位", required=False, coerce=int, widget=Boxes,
        help_text="只列出整个期间空闲的工位。",
    )  # fmt: skip

    def __init__(self, *args: Any, desks: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desks"].choices = desks  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["desks"].widget.attrs["class"] = "form-check-input"
        if not desks:
            del self.fields["desks"]

    def seats(self) -> Seats:
        told = self.cleaned_data
        return Seats(
            starts_on=told["starts_on"], ends_on=told["ends_on"], desks=told.get("desks", ())
        )


class ObjectionForm(Dressed, forms.Form):
    text = block("异议和依据", 1000, 5)


class AnswerForm(Dressed, forms.Form):
    is_upheld = forms.TypedChoiceField(
        label="结论", coerce=lambda text: text == "1",
        choices=[("", "请选择"), ("0", "异议不成立"), ("1", "异议成立，不能准入")],
    )  # fmt: skip
    answer = block("答复", 1000, 4)


class ScoreForm(Dressed, forms.Form):
    """One number an item of the scorecard, as the version of the call has it."""

    remark = block("意见", MOST_REMARK, 3, required=False)

    def __init__(self, *args: Any, card: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, items in parts_of(card):
            for item in items:
                field = forms.IntegerField(
                    label=f"{part}：{item['name']}", min_value=0,
                    max_value=item["points"], help_text=f"0 至 {item['points']} 分",
                )  # fmt: skip
                field.widget.attrs.update({"class": "form-control", "inputmode": "numeric"})
                self.fields[item["code"]] = field
        self.order_fields([name for name in self.fields if name != "remark"])

    def scores(self) -> dict[str, int]:
        return {name: value for name, value in self.cleaned_data.items() if name != "remark"}
