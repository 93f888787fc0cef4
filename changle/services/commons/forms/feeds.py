"""What is typed to subscribe to a calendar."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.services.commons.queries.layout import Layout


OWN = "own"


class FeedForm(Dressed, forms.Form):
    of = forms.ChoiceField(label="哪些预约")
    name = forms.CharField(
        label="用在哪里", max_length=60, help_text="如“手机日历”“大厅显示屏”，以后好认。"
    )

    def __init__(self, *args: Any, houses: Iterable[Layout], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: list[tuple[str, Any]] = [(OWN, "我和我们单位的预约")]
        for house in houses:
            rooms = [(f"space-{room.pk}", room.name) for room in house.rooms.values()
                     if room.retired_on is None]  # fmt: skip
            whole = (f"centre-{house.pk}", f"{house.name}（全部场地）")
            groups.append((house.name, [whole, *rooms]))
        cast("forms.ChoiceField", self.fields["of"]).choices = groups

    def wish(self) -> dict[str, Any]:
        """As the deed takes it."""
        kind, _dash, pk = self.cleaned_data["of"].partition("-")
        told: dict[str, Any] = {"name": self.cleaned_data["name"]}
        return told if kind == OWN else {**told, kind: int(pk)}
