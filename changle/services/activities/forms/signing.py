"""What a resident says to sign up: who comes, and what was asked. It works without an account."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from changle.ground.accounts.forms import Boxes, Dressed
from changle.ground.territory.models import Node
from changle.services.activities.actions.people import LONGEST_NAME, Guest
from changle.services.activities.actions.signing import LONGEST_ANSWER, Application
from changle.services.activities.models import Activity, Companion, Question, Rule, Session


MORE = 3  # lines for who comes along
OF_AGE = 18
OLDEST = 120


def years() -> forms.IntegerField:
    this = timezone.localdate().year
    return forms.IntegerField(
        label="出生年份", required=False, min_value=this - OLDEST, max_value=this,
        widget=forms.NumberInput({"inputmode": "numeric", "placeholder": "如 1985"}),
    )  # fmt: skip


def named(label: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_NAME, required=False, **kwargs)


def phoned(label: str, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
    return forms.CharField(label=label, max_length=20, required=False, widget=widget, **kwargs)


class SignUpForm(Dressed, forms.Form):
    """Ticks for a known family; a name and a telephone for who is not known."""

    name = named("姓名", widget=forms.TextInput({"autocomplete": "name"}))
    phone = phoned("手机号")
    birth_year = years()
    remember = forms.BooleanField(label="记住我，下次报名只点两下", required=False, initial=True)
    guardian_name = named("监护人姓名")
    guardian_phone = phoned("监护人手机号")
    photo_ok = forms.BooleanField(label="同意拍摄（不同意也能参加）", required=False)
    together = forms.BooleanField(label="名额不够时一起候补，不分开", required=False, initial=True)

    def __init__(
        self, *args: Any, session: Session, family: Sequence[Companion], by_rule: Rule,
        questions: Sequence[Question], homes: Sequence[Node], known: bool, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.session, self.family, self.by_rule = session, list(family), by_rule
        self.questions, self.homes, self.known = list(questions), list(homes), known
        self.extra = min(MORE, by_rule.people_at_once - 1)
        super().__init__(*args, **kwargs)
        self.shape()

    @property
    def asks_age(self) -> bool:
        row = self.session
        return row.age_from is not None or row.age_to is not None or row.activity.for_minors

    def shape(self) -> None:
        """Leave out what this session does not ask, and add what it does."""
        if self.family:
            told = [(str(one.pk), named_as(one)) for one in self.family]
            mine = [str(one.pk) for one in self.family if one.relation == Companion.Relation.SELF]
            self.fields["family"] = forms.MultipleChoiceField(
                label="谁来参加", choices=told, required=False, widget=Boxes, initial=mine
            )
        if not self.known:
            del self.fields["remember"]
        if self.session.activity.photos == Activity.Photos.NONE:
            del self.fields["photo_ok"]
        for number in range(1, self.extra + 1):
            self.fields[f"name_{number}"] = named(f"同来第 {number} 人")
            self.fields[f"birth_year_{number}"] = years()
        if self.homes:
            self.fields["home"] = forms.ChoiceField(
                label="居住的社区", required=False,
                choices=[("", "请选择"), *((str(one.pk), str(one)) for one in self.homes)],
            )  # fmt: skip
        for question in self.questions:
            self.fields[f"q_{question.pk}"] = asked(question)
        for name in self.fields:
            kind = self.fields[name].widget
            if isinstance(kind, Boxes):
                continue
            dress = "form-select" if isinstance(kind, forms.Select) else "form-control"
            kind.attrs["class"] = (
                "form-check-input" if isinstance(kind, forms.CheckboxInput) else dress
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        picked = typed.get("family") or []
        if not picked and not typed.get("name"):
            self.add_error(
                "family" if self.family else "name",
                "请选择或填写谁来参加。" if self.family else "请填写姓名。",
            )
        elif typed.get("name") and not typed.get("phone"):
            self.add_error("phone", "请填写手机号，用来通知和签到。")
        for number in range(1, self.extra + 1):
            if typed.get(f"birth_year_{number}") and not typed.get(f"name_{number}"):
                self.add_error(f"name_{number}", "请填写这个人的姓名。")
        if bool(typed.get("guardian_name")) != bool(typed.get("guardian_phone")):
            empty = "guardian_phone" if typed.get("guardian_name") else "guardian_name"
            self.add_error(empty, "监护人的姓名和手机号都要填写。")
        return typed

    def guests(self) -> list[Guest]:
        """In the order of the page: the family, then who was typed."""
        typed = self.cleaned_data
        homes = {str(one.pk): one for one in self.homes}
        home = homes.get(typed.get("home") or "")
        told = [
            Guest(
                name=one.participant.name, phone=one.participant.phone,
                birth_year=one.participant.birth_year, home=one.participant.home or home,
            )
            for one in self.family
            if str(one.pk) in (typed.get("family") or [])
        ]  # fmt: skip
        phone = typed.get("phone") or (told[0].phone if told else "")
        if typed.get("name"):
            told.append(
                Guest(
                    name=typed["name"], phone=phone, birth_year=typed.get("birth_year"), home=home
                )
            )
        for number in range(1, self.extra + 1):
            if typed.get(f"name_{number}"):
                born = typed.get(f"birth_year_{number}")
                told.append(
                    Guest(name=typed[f"name_{number}"], phone=phone, birth_year=born, home=home)
                )
        return told

    def age(self, born: int | None) -> int | None:
        return self.session.on.year - born if born else None

    def guardian(self, guests: Sequence[Guest]) -> Guest | None:
        """Who was named; else, for a child, the account's holder or a grown person who comes too."""
        typed = self.cleaned_data
        if typed.get("guardian_name"):
            return Guest(name=typed["guardian_name"], phone=typed["guardian_phone"])
        below = self.by_rule.guardian_below
        if not any((age := self.age(one.birth_year)) is not None and age < below for one in guests):
            return None
        for one in self.family:
            age = self.age(one.participant.birth_year)
            if one.relation == Companion.Relation.SELF and (age is None or age >= OF_AGE):
                person = one.participant
                return Guest(
                    name=person.name,
                    phone=person.phone,
                    birth_year=person.birth_year,
                    home=person.home,
                )
        grown = [one for one in guests if (self.age(one.birth_year) or 0) >= OF_AGE]
        return grown[0] if grown else None

    def application(self, *, agrees: bool) -> Application:
        typed, guests = self.cleaned_data, self.guests()
        answers = {one.pk: typed.get(f"q_{one.pk}") or "" for one in self.questions}
        return Application(
            guests=guests, guardian=self.guardian(guests), agrees=agrees, answers=answers,
            photo_ok=bool(typed.get("photo_ok")), together=bool(typed.get("together")),
        )  # fmt: skip

    def family_ticks(self) -> list[Any]:
        return list(iter(self["family"]))

    def family_errors(self) -> Any:
        return self["family"].errors

    def asks_photo(self) -> bool:
        return "photo_ok" in self.fields

    def asks_guardian(self) -> bool:
        """A session for children, and nobody known who would answer for them."""
        low = self.session.age_from
        young = self.session.activity.for_minors or (
            low is not None and low < self.by_rule.guardian_below
        )
        return young and not self.family

    def has_typed(self) -> bool:
        names = ("name", "phone", "birth_year")
        return self.is_bound and any(self[name].data or self[name].errors for name in names)

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"name_{n}"], self[f"birth_year_{n}"]) for n in range(1, self.extra + 1)]

    def has_lines(self) -> bool:
        return self.is_bound and any(
            field.data or field.errors for pair in self.lines() for field in pair
        )

    def has_guardian(self) -> bool:
        names = ("guardian_name", "guardian_phone")
        return self.is_bound and (any(self[name].data or self[name].errors for name in names) or bool(self.non_field_errors()))  # fmt: skip

    def asked(self) -> list[tuple[forms.BoundField, Question]]:
        return [(self[f"q_{one.pk}"], one) for one in self.questions]


def named_as(one: Companion) -> str:
    """One of the family as the page says it: masked, and still told from the others."""
    born = one.participant.birth_year
    about = one.get_relation_display() + (f"，{born} 年生" if born else "")
    return f"{one.participant.masked_name}（{about}）"


def asked(question: Question) -> forms.Field:
    """A question as a field; the action holds the answers to the same rules."""
    told: dict[str, Any] = {
        "label": question.text,
        "required": question.is_required,
        "help_text": question.why,
    }
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(max_length=LONGEST_ANSWER, **told)
    words = ["是", "否"] if question.kind == Question.Kind.YES_NO else list(question.choices)
    return forms.ChoiceField(choices=[("", "请选择"), *((one, one) for one in words)], **told)
