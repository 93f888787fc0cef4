from typing import Any

from django import forms
from django.db.models import QuerySet

from changle.faces.api.queries.webhooks import EVENTS
from changle.ground.accounts.forms import Dressed
from changle.ground.territory.models import Node


class WebhookForm(Dressed, forms.Form):
    about = forms.CharField(label="用途", max_length=60, help_text="例如：市级数据平台")
    url = forms.URLField(
        label="接收网址", max_length=300, assume_scheme="https",
        help_text="事件发生后几秒内以 POST 送到这里；送不到会按间隔重试三天。",
    )  # fmt: skip
    node: "forms.ModelChoiceField[Node]" = forms.ModelChoiceField(
        label="范围", queryset=None, empty_label=None
    )
    events = forms.MultipleChoiceField(
        label="事件", choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple,
        initial=["organisation.filed", "organisation.converted"],
    )  # fmt: skip

    def __init__(self, *args: Any, places: "QuerySet[Node]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["node"]
        field.queryset = places  # type: ignore[attr-defined]  # a model choice
        # Read now: a page that is being printed asks nothing more.
        field.choices = [(place.pk, place.label) for place in places]  # type: ignore[attr-defined]
