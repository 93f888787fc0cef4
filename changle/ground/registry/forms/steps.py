"""The small steps by which a body becomes another: a new name, a new seat, a new standing."""

from typing import Any

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day, PlaceField, offer


SIZE_OF_NOTE = 200


class Dated(Dressed, forms.Form):
    on = Day(label="生效日期", help_text="证书或批复上的日期，不能晚于今天。")
    note = forms.CharField(label="依据", max_length=SIZE_OF_NOTE, required=False)


class RenameForm(Dated):
    name = forms.CharField(label="新名称", max_length=120)
    field_order = ("name", "on", "note")


class RelocateForm(Dated):
    place = PlaceField(queryset=None, label="新的所在地", empty_label="请选择街道或社区")
    field_order = ("place", "on", "note")

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["place"], places)


class MoveForm(Dressed, forms.Form):
    """What a move of the lifecycle asks: why, and since when if it ends the body."""

    note = forms.CharField(label="理由", max_length=SIZE_OF_NOTE, required=False)
    on = Day(label="日期", required=False)
