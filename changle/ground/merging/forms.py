"""Which of two records goes on, and which value of each column."""

from collections.abc import Iterator
from typing import Any

from django import forms

from changle.core.reach import Actor
from changle.ground.accounts.forms import Dressed
from changle.ground.merging.queries.values import (
    differing,
    label_of,
    likelier_survivor,
    proposed,
    worded,
)
from changle.ground.registry.models import Organisation


SIZE_OF_REASON = 200
TAKE = "take-"


class MergeForm(Dressed, forms.Form):
    survivor = forms.ChoiceField(
        label="继续使用哪一条", error_messages={"required": "请选择继续使用的记录。"}
    )
    reason = forms.CharField(
        label="合并理由",
        max_length=SIZE_OF_REASON,
        help_text="例如：同一支队伍，街道与社区各录了一次。",
    )

    def __init__(
        self, *args: Any, left: Organisation, right: Organisation, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.left, self.right, self.actor = left, right, actor
        going_on = likelier_survivor(left, right)
        other = right if going_on is left else left
        sides = [(str(row.pk), row.name) for row in (left, right)]
        self.fields["survivor"] = forms.ChoiceField(
            label="继续使用哪一条", choices=sides, initial=str(going_on.pk),
            error_messages={"required": "请选择继续使用的记录。", "invalid_choice": "请选择其中一条。"},
        )  # fmt: skip
        for row in (left, right):
            self.fields[f"version-{row.pk}"] = forms.IntegerField(
                initial=row.version, min_value=1, max_value=2_147_483_647, required=False
            )
        for name in differing(left, right):
            chosen = proposed(name, going_on, other)
            self.fields[f"{TAKE}{name}"] = forms.ChoiceField(
                label=label_of(name), choices=sides, initial=str(chosen.pk), required=False,
                error_messages={"invalid_choice": "请选择其中一条。"},
            )  # fmt: skip

    def lines(self) -> Iterator[dict[str, Any]]:
        """A line for each column that differs: both values, and which is chosen."""
        for name in differing(self.left, self.right):
            bound = self[f"{TAKE}{name}"]
            chosen = str(bound.value() or "")
            yield {
                "name": bound.html_name,
                "label": bound.label,
                "sides": [
                    {
                        "pk": row.pk,
                        "text": worded(row, name, self.actor),
                        "chosen": chosen == str(row.pk),
                    }
                    for row in (self.left, self.right)
                ],
            }

    def asked(self) -> dict[str, Any]:
        """What the action is asked for."""
        told = self.cleaned_data
        survivor = int(told["survivor"])
        merged = self.right.pk if survivor == self.left.pk else self.left.pk
        take = tuple(
            name.removeprefix(TAKE)
            for name, value in told.items()
            if name.startswith(TAKE) and value == str(merged)
        )
        versions = {
            row.pk: told[f"version-{row.pk}"]
            for row in (self.left, self.right)
            if told.get(f"version-{row.pk}")
        }
        return {"survivor": survivor, "merged": merged, "take": take, "reason": told["reason"],
                "versions": versions}  # fmt: skip


class DismissForm(Dressed, forms.Form):
    note = forms.CharField(label="说明", max_length=SIZE_OF_REASON, required=False)
