"""What is typed to borrow, to hand over, to bring back and to settle."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_date

from changle.core.money import BadAmount, parse
from changle.core.reach import Actor
from changle.ground.accounts.forms import Dressed
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import Day
from changle.ground.territory.models import Node
from changle.services.commons.actions.loans_out import Back, Given
from changle.services.commons.forms.board import Photos
from changle.services.commons.forms.booking import Clock, moment, sane
from changle.services.commons.models import LoanLine
from changle.services.commons.queries.lending import FIELD, Lent, LoanWish, Objection
from changle.services.commons.queries.mine import body_called


OPENS, SHUTS = time(9), time(17)  # at which things are fetched and brought, unless said otherwise
USUAL = timedelta(days=1)
MOST_PIECES = 32_767


def span_asked(asked: Mapping[str, str], today: date) -> tuple[datetime, datetime]:
    """The days in an address; from tomorrow for two days where they make no sense."""
    days = []
    for name in ("from", "to"):
        try:
            days.append(parse_date(asked.get(name, "")))
        except ValueError:
            days.append(None)
    first = days[0] if days[0] and abs((days[0] - today).days) < 800 else today + USUAL  # noqa: PLR2004
    last = days[1] if days[1] and 0 <= (days[1] - first).days < 400 else first + USUAL  # noqa: PLR2004
    return moment(first, OPENS), moment(last, SHUTS)


class Pieces(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", MOST_PIECES)
        super().__init__(min_value=0, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class AskForm(Dressed, forms.Form):
    """Several things of one house, for one time."""

    from_on = Day(label="取用日期")
    from_at = Clock(label="几点取")
    until_on = Day(label="归还日期")
    until_at = Clock(label="几点还")
    whom = forms.ChoiceField(label="谁借用")
    other = forms.CharField(
        label="代组织借用", max_length=120, required=False,
        help_text="管理范围内组织的全称、代码或备案编号；填写后以该组织的名义借用。",
    )  # fmt: skip
    title = forms.CharField(label="用途", max_length=80)
    place = forms.CharField(label="使用地点", max_length=120)
    contact_name = forms.CharField(label="联系人", max_length=60)
    contact_phone = forms.CharField(label="联系电话", max_length=30)

    def __init__(
        self,
        *args: Any,
        house: int,
        lent: Sequence[Lent],
        names: Iterable[Node],
        actor: Actor,
        alone: bool,
        **kwargs: Any,
    ) -> None:
        """`alone`: whether the house lends to residents."""
        super().__init__(*args, **kwargs)
        self.house, self.actor, self.lent = house, actor, list(lent)
        self.names = {node.pk: node for node in names}
        for one in self.lent:
            field = Pieces(label=one.thing.name, required=False)
            field.widget.attrs |= {"class": "form-control", "min": 0, "max": one.there}
            self.fields[one.field] = field
        fields: dict[str, Any] = dict(self.fields)
        choices = [(str(pk), node.label) for pk, node in self.names.items()]
        fields["whom"].choices = [*choices, ("me", "我个人")] if alone or not choices else choices
        if all(node.kind == Node.Kind.ORGANISATION for node in self.names.values()):
            del self.fields["other"]  # nobody else's name is theirs to use

    def rows(self) -> list[tuple[Lent, BoundField]]:
        return [(one, self[one.field]) for one in self.lent]

    def clean_from_on(self) -> date | None:
        return sane(self.cleaned_data["from_on"])

    def clean_until_on(self) -> date | None:
        return sane(self.cleaned_data["until_on"])

    def clean_other(self) -> Organisation | None:
        text = self.cleaned_data["other"]
        if not text:
            return None
        found = body_called(self.actor, text)
        if len(found) != 1:
            raise ValidationError(
                "有几家同名的组织，请填代码或备案编号。"
                if found
                else "您的管理范围内没有这家组织。"
            )
        return found[0]

    def wish(self) -> LoanWish:
        typed = self.cleaned_data
        node = self.names.get(int(typed["whom"])) if typed["whom"] != "me" else None
        body = typed.get("other") or (getattr(node, "organisation", None) if node else None)
        told = ("title", "place", "contact_name", "contact_phone")
        return LoanWish(
            centre=self.house, starts_at=moment(typed["from_on"], typed["from_at"]),
            ends_at=moment(typed["until_on"], typed["until_at"]), organisation=body,
            on_behalf=None if body else node,
            things=tuple((one.thing.pool_id, typed[one.field] or 0) for one in self.lent),
            **{name: typed[name] for name in told},
        )  # fmt: skip

    def refuse(self, objections: Iterable[Objection]) -> None:
        """Each sentence once, beside the field that caused it."""
        for one in dict.fromkeys(objections):
            self.add_error(one.field if one.field in self.fields else None, one.sentence)


class ListForm(Dressed, forms.Form):
    """A form with some fields for each line of a loan."""

    photos = Photos(label="照片（拍清状况）")
    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, lines: Sequence[LoanLine], **kwargs: Any) -> None:
        self.lines = list(lines)
        super().__init__(*args, **kwargs)
        for line in self.lines:
            for name, field in self.fields_of(line):
                field.widget.attrs["class"] = "form-control"
                self.fields[f"{name}_{line.pk}"] = field

    def fields_of(self, line: LoanLine) -> list[tuple[str, Any]]:
        raise NotImplementedError

    def rows(self) -> list[tuple[LoanLine, list[BoundField]]]:
        return [
            (line, [self[f"{name}_{line.pk}"] for name, _field in self.fields_of(line)])
            for line in self.lines
        ]

    def others(self) -> list[BoundField]:
        keys = {f"{name}_{line.pk}" for line in self.lines for name, _f in self.fields_of(line)}
        return [field for field in self if field.name not in keys]

    def told(self, name: str, line: LoanLine) -> Any:
        return self.cleaned_data[f"{name}_{line.pk}"]


class HandOverForm(ListForm):
    receiver = forms.CharField(
        label="领取人当面签收", max_length=60, required=False,
        help_text="填写姓名即由您见证签收；不填的，由借用方用自己的账户确认收到。",
    )  # fmt: skip

    def fields_of(self, line: LoanLine) -> list[tuple[str, Any]]:
        most = line.quantity
        return [
            ("out", Pieces(label="交付数量", max_value=most, initial=most)),
            ("condition", forms.CharField(label="状况", max_length=200, required=False,
                                          initial="完好")),
        ]  # fmt: skip

    def given(self) -> dict[int, Given]:
        return {
            one.pk: Given(self.told("out", one), self.told("condition", one)) for one in self.lines
        }


class ReturnForm(ListForm):
    returner = forms.CharField(label="归还人", max_length=60, required=False)
    checked = forms.BooleanField(
        label="已当面点清核查", required=False, initial=True,
        help_text="不勾选的，先收下，一个工作日内再核查。",
    )  # fmt: skip

    def fields_of(self, line: LoanLine) -> list[tuple[str, Any]]:
        out = line.out
        note = forms.CharField(label="损坏或缺少情况", max_length=200, required=False)
        return [
            ("back", Pieces(label="归还数量", max_value=out, initial=line.back or out)),
            ("broken", Pieces(label="其中损坏", max_value=out, initial=line.broken)),
            ("condition", note),
        ]

    def back(self) -> dict[int, Back]:
        return {
            one.pk: Back(self.told("back", one), self.told("broken", one),
                         self.told("condition", one))
            for one in self.lines
        }  # fmt: skip


class CheckForm(ReturnForm):
    """A second look at what was taken back."""

    returner = None  # type: ignore[assignment]  # known since the return
    checked = None  # type: ignore[assignment]


class WitnessForm(Dressed, forms.Form):
    receiver = forms.CharField(label="领取人姓名", max_length=60)


class ExtendForm(Dressed, forms.Form):
    on = Day(label="归还日期改为")
    at = Clock(label="几点")

    def clean_on(self) -> date | None:
        return sane(self.cleaned_data["on"])

    def ends_at(self) -> datetime:
        return moment(self.cleaned_data["on"], self.cleaned_data["at"])


class SettleForm(Dressed, forms.Form):
    """What is paid for a loss, how, and how many pieces the house has no more."""

    amount = forms.CharField(label="赔偿金额（元）", max_length=40)
    how = forms.CharField(label="如何处理", max_length=300, widget=forms.Textarea({"rows": 3}))
    written_off = Pieces(
        label="核销件数", initial=0,
        help_text="丢失或修不好、今后不再有的件数；会从库存数量里减去。修好或补还的填 0。",
    )  # fmt: skip

    def __init__(self, *args: Any, waives: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if waives:
            del self.fields["amount"]
            self.fields["how"].label = "免予赔偿的理由"

    def clean_amount(self) -> int:
        try:
            return parse(self.cleaned_data["amount"])
        except BadAmount as wrong:
            raise ValidationError(wrong.sentence) from None


class RuleForm(Dressed, forms.Form):
    """How the house lends; the bounds are those of the table."""

    needs_approval = forms.BooleanField(label="须经审批", required=False)
    residents_may = forms.BooleanField(label="居民个人可借", required=False)
    most_pieces = Pieces(label="一次至多（件）")
    most_open = Pieces(label="同时未还至多（笔）")
    hours_ahead = Pieces(label="至少提前（小时）")
    days_ahead = Pieces(label="至多提前（天）", max_value=366)
    most_extensions = Pieces(label="借用方可续借（次）")
    keep_hours = Pieces(label="过取用时间保留（小时）")
    overdue_days = Pieces(
        label="逾期后继续占用（天）", max_value=30,
        help_text="逾期没有归还的物资，从当天起这么多天之内不再借给、订给别人。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for name in ("most_pieces", "most_open", "days_ahead", "overdue_days"):
            if typed.get(name) == 0:
                self.add_error(name, "至少是 1。")
        return typed


def begun_with(asked: Any, lent: Sequence[Lent]) -> dict[str, Any]:
    """What an address says of the days and the pieces; what makes no sense is left out."""
    start, end = span_asked(asked, timezone.localdate())
    here, until = timezone.localtime(start), timezone.localtime(end)
    told: dict[str, Any] = {
        "from_on": here.date(), "from_at": OPENS, "until_on": until.date(), "until_at": SHUTS,
    }  # fmt: skip
    for one in lent:
        text = asked.get(FIELD.format(one.thing.pool_id), "")
        if text.isascii() and text.isdecimal():
            told[one.field] = text[:5]
    return told
