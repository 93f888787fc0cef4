"""Model fields for sealed text and its blind index, and the change of keys."""

from collections.abc import Callable
from typing import Any

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models, transaction
from django.db.models import Case, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull, Lookup

from changle.core.sealed.crypto import (
    FINGERPRINT,
    SealBroken,
    current_header,
    fingerprint,
    keyed_digest,
    seal,
    unseal,
)


INDEX_LENGTH = FINGERPRINT + 64


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that the database never sees: sealed on save, opened on load, not searchable.

    `label` names it in the key derivation; it must stay when model or field are renamed.
    """

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        self.label = label
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "label": self.label} if self.label else kwargs

    def seal_label(self) -> str:
        return self.label or label_of(self)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        errors = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False) or self.has_default():
            message = "a sealed field has no index, no uniqueness and no default"
            errors.append(checks.Error(message, obj=self, id="changle.E001"))
        return errors

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return unseal(value, self.seal_label()) if value else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            if not self.holds_only_values(value):
                raise FieldError(f"{self.name}: the database cannot compute a sealed value")
            return value
        text = self.get_prep_value(value)
        return super().get_db_prep_save(seal(text, self.seal_label()) if text else text, connection)

    def holds_only_values(self, expression: Any) -> bool:
        """Whether an expression is what `bulk_update` makes: it seals each of its values."""
        if isinstance(expression, Cast):
            return self.holds_only_values(expression.get_source_expressions()[0])
        if isinstance(expression, Case):
            results = [case.result for case in expression.cases]
            return all(self.holds_only_values(result) for result in results)
        return isinstance(expression, Value) and expression.output_field is self

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull", "sealed_now"}:
            raise FieldError(f"{self.name} is sealed: look it up by its blind index")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:  # noqa: ARG002  Django's signature
        raise FieldError(f"{self.name} is sealed: look it up by its blind index")


SealedTextField.register_lookup(IsNull)


@SealedTextField.register_lookup
class SealedNow(Lookup):
    """Whether the record was sealed with the newest key and the current profile; empty is."""

    lookup_name = "sealed_now"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        side, params = self.process_lhs(compiler, connection)
        pattern = f"{current_header()}%"
        test = "NOT LIKE" if not self.rhs else "LIKE"
        empty = f"{side} <> '' AND" if not self.rhs else f"{side} = '' OR"
        return f"({empty} {side} {test} %s)", [*params, *params, pattern]


def unchanged(text: str) -> str:
    return text


class BlindIndexField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """A keyed digest of a sealed field, by which a row is found without opening any.

    It is computed on `save` and `bulk_create` from `source`; name it in `update_fields` beside
    the source. An empty source has an empty index: make uniqueness conditional on that.
    """

    def __init__(
        self,
        *args: Any,
        source: str = "",
        normalise: Callable[[str], str] = unchanged,
        label: str = "",
        **kwargs: Any,
    ) -> None:
        self.source, self.normalise, self.label = source, normalise, label
        kwargs.setdefault("max_length", INDEX_LENGTH)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        if self.normalise is not unchanged:
            kwargs["normalise"] = self.normalise
        if self.label:
            kwargs["label"] = self.label
        return name, path, args, kwargs

    def index_label(self) -> str:
        return self.label or label_of(self)

    def digest(self, value: str | None) -> str:
        normal = self.normalise(value) if value else ""
        return keyed_digest(normal, self.index_label()) if normal else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001
        found = self.digest(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, found)
        return found


def label_of(field: "models.Field[Any, Any]") -> str:
    return f"{field.model._meta.label}.{field.name}"


def blind_index(field: Any, value: str) -> str:
    """What a BlindIndexField holds for a value: `filter(id_index=blind_index(Person.id_index, x))`.

    Takes the field, or the attribute of the model class that stands for it. For an empty value it
    answers what no row holds, never "".
    """
    found = getattr(field, "field", field)
    if not isinstance(found, BlindIndexField):
        raise TypeError(f"{field} is no blind index")
    return found.digest(value) or "-"


def waiting_for_reseal(model: type[models.Model]) -> "QuerySet[models.Model]":
    """The rows that an older key or another profile has sealed or indexed."""
    stale = Q(pk__in=[])
    for field in model._meta.concrete_fields:
        if isinstance(field, SealedTextField):
            stale |= Q((f"{field.name}__sealed_now", False))
        elif isinstance(field, BlindIndexField):
            current = Q((f"{field.name}__startswith", fingerprint(field.index_label())))
            stale |= ~current & ~Q((field.name, ""))
    return model._meta.base_manager.filter(stale).order_by("pk")


@transaction.atomic
def reseal(model: type[models.Model], *, most: int = 500) -> int:
    """Seal and index one batch of rows anew; call it until it answers 0.

    Nothing that the row says changes, so that there is no deed to log. A row that does not open
    stops the batch with SealBroken and the number of the row; nothing of the batch is written.
    """
    waiting = waiting_for_reseal(model)
    keys = list(waiting.values_list("pk", flat=True)[:most])
    sealed = [f for f in model._meta.concrete_fields if isinstance(f, SealedTextField)]
    indexes = [f for f in model._meta.concrete_fields if isinstance(f, BlindIndexField)]
    rows = model._meta.base_manager.filter(pk__in=keys)
    for pk in keys:
        try:
            row = rows.select_for_update().get(pk=pk)
        except SealBroken as broken:
            raise SealBroken(f"{model._meta.label} {pk}：{broken}") from None
        anew = {field.attname: getattr(row, field.attname) for field in sealed}
        anew |= {field.attname: field.digest(getattr(row, field.source)) for field in indexes}
        rows.filter(pk=pk).update(**anew)
    return len(keys)
