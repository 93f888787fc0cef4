import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from changle.core.reach import Actor
from changle.ground.registry.actions.deciding import Decisions
from changle.ground.registry.importing import Options, target_choices
from changle.ground.registry.importing.options import (
    BRINGS,
    EXISTING,
    KINDS_WITHOUT_CODE,
    LISTINGS,
    UNKNOWN,
)
from changle.ground.registry.queries.importing import places_to_import
from changle.ground.territory.forms import PlaceField, offer
from changle.ground.territory.models import Node, NodeCode


NUMBER = re.compile(r"[0-9]{1,9}")
MODES = {"": "按默认", "all": "全部采用", "none": "全部不改"}
SELECT = {"class": "form-select"}
INPUT = {"class": "form-control"}
SYSTEMS = [("", "没有区划代码列"), *NodeCode.System.choices]


class UploadForm(forms.Form):
    file = forms.FileField(
        label="表格文件",
        help_text="xlsx、xls 或 csv，最大 20 MB。标题行、合计行、备注行不用删。",
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control drop-input", "accept": ".xlsx,.xls,.csv"}
        ),
    )
    node = PlaceField(
        label="导入到", queryset=Node.objects.none(), empty_label=None, widget=forms.Select(attrs=SELECT),
        help_text="表中没有写明街道、社区的组织，先放在这里。",
    )  # fmt: skip
    sheet = forms.CharField(
        label="工作表", required=False, max_length=80, help_text="不填则用第一张有内容的表。",
        widget=forms.TextInput(attrs=INPUT),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = places_to_import(actor)
        offer(self.fields["node"], places)


class OptionsForm(forms.Form):
    """What holds of the list as a whole."""

    brings = forms.ChoiceField(
        label="这张表是", choices=BRINGS, required=False, widget=forms.Select(attrs=SELECT),
        help_text="按表头和表名提出，可以更改。",
    )  # fmt: skip
    unknown = forms.ChoiceField(
        label="组织库中没有的组织", choices=UNKNOWN, required=False,
        widget=forms.Select(attrs=SELECT), help_text="年检、信用、等级、处罚的表用。",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="没有代码的行", choices=KINDS_WITHOUT_CODE, required=False,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    existing = forms.ChoiceField(
        label="已有的组织", choices=EXISTING, widget=forms.Select(attrs=SELECT)
    )
    inspection_year = forms.IntegerField(
        label="年检年度", required=False, min_value=1990, max_value=2100,
        help_text="有年检结论列时填写。", widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip
    listing = forms.ChoiceField(
        label="整张表是哪个名单", choices=LISTINGS, required=False,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    listed_on = forms.DateField(
        label="列入日期", required=False, help_text="表中没有日期列时填写。",
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}),
    )  # fmt: skip
    authority = forms.CharField(
        label="作出机关", required=False, max_length=60, widget=forms.TextInput(attrs=INPUT)
    )
    code_system = forms.ChoiceField(
        label="区划代码体系", choices=SYSTEMS, required=False, widget=forms.Select(attrs=SELECT)
    )

    def options(self) -> Options:
        told = dict(self.cleaned_data)
        told["unknown"] = told["unknown"] or "refuse"
        return Options(**told)


def decisions_of(rows: Iterable[str], post: Mapping[str, str]) -> Decisions:
    """What a page of tried rows says; what no page of ours can say is passed over."""
    numbers = frozenset(int(each) for each in rows if NUMBER.fullmatch(each))
    ticked: set[tuple[int, str]] = set()
    columns: dict[str, str] = {}
    choices: dict[int, str] = {}
    for name, said in post.items():
        kind, _, rest = name.partition("-")
        number, _, key = rest.partition("-")
        if kind == "tick" and NUMBER.fullmatch(number) and int(number) in numbers:
            ticked.add((int(number), key))
        elif kind == "all" and said in MODES:
            columns[rest] = said
        elif kind == "choice" and NUMBER.fullmatch(rest) and int(rest) in numbers:
            choices[int(rest)] = said
    return Decisions(numbers, frozenset(ticked), columns, choices)


class ColumnsForm(forms.Form):
    """One choice for each column of the sheet: `column-0`, `column-1` and so on."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        for place in range(count):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                choices=target_choices(), required=False
            )

    def targets(self) -> list[str]:
        return [self.cleaned_data[f"column-{place}"] for place in range(self.count)]
