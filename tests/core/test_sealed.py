from contextlib import contextmanager

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.db.models import Case, F, Value, When
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from changle.core.codes import normalise_resident_id
from changle.core.sealed import (
    BlindIndexField,
    SealBroken,
    SealedTextField,
    blind_index,
    digest,
    mask_id,
    mask_name,
    mask_phone,
    reseal,
    waiting_for_reseal,
)
from changle.core.sealed.crypto import seal, unseal


OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
NUMBER = "610112199001010012"

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["intl", "gm"], autouse=True)
def profile(request, settings):
    settings.CHANGLE_CRYPTO = request.param
    settings.CHANGLE_SEAL_KEYS = {1: OLD}
    return request.param


@contextmanager
def isolated_table():
    with isolate_apps("changle.core"):

        class Person(models.Model):  # noqa: DJ008
            number = SealedTextField("号码", blank=True, null=True)
            note = SealedTextField("备注", blank=True)
            number_index = BlindIndexField(source="number", normalise=normalise_resident_id)

            class Meta:
                app_label = "core"
                db_table = "sealed_person"

        with connection.schema_editor(atomic=False) as editor:
            editor.create_model(Person)
        try:
            yield Person
        finally:
            with connection.schema_editor(atomic=False) as editor:
                editor.delete_model(Person)


@pytest.fixture
def person(transactional_db):
    with isolated_table() as model:
        yield model


def stored(column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM sealed_person ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@given(st.text())
def test_what_is_sealed_opens_again(text):
    record = seal(text, "a.B.c")
    assert unseal(record, "a.B.c") == text
    assert not text or text not in record.split(".")[2] or len(text) < 5


def test_a_record_names_profile_and_key(profile):
    assert seal("甲", "a.B.c").startswith(f"{profile}.1.")
    assert seal("甲", "a.B.c") != seal("甲", "a.B.c")


@pytest.mark.parametrize("text", ["", "甲", "intl.1.", "intl.x.AAAA", "rot13.1.AAAA", "gm.1.AA"])
def test_what_is_no_record_is_told(text):
    with pytest.raises(SealBroken, match="不是密封记录"):
        unseal(text, "a.B.c")


def test_a_changed_record_does_not_open():
    record = seal("甲乙丙", "a.B.c")
    middle = len(record) // 2
    changed = record[:middle] + ("A" if record[middle] != "A" else "B") + record[middle + 1 :]
    with pytest.raises(SealBroken, match="密钥不对或内容被改动"):
        unseal(changed, "a.B.c")


def test_a_record_of_another_field_does_not_open():
    with pytest.raises(SealBroken):
        unseal(seal("甲", "a.B.c"), "a.B.d")


def test_a_wrong_or_missing_key_is_told_and_opens_nothing(settings):
    record = seal("甲", "a.B.c")
    settings.CHANGLE_SEAL_KEYS = {1: OTHER}
    with pytest.raises(SealBroken, match="第 1 版密钥打不开"):
        unseal(record, "a.B.c")
    settings.CHANGLE_SEAL_KEYS = {2: OLD}
    with pytest.raises(SealBroken, match="没有第 1 版密钥"):
        unseal(record, "a.B.c")


def test_a_profile_that_is_no_more_current_still_opens(settings, profile):
    record = seal("甲", "a.B.c")
    settings.CHANGLE_CRYPTO = {"intl": "gm", "gm": "intl"}[profile]
    assert unseal(record, "a.B.c") == "甲"


def test_nonsense_in_the_settings_is_refused(settings):
    settings.CHANGLE_SEAL_KEYS = {}
    with pytest.raises(ImproperlyConfigured):
        seal("甲", "a.B.c")
    settings.CHANGLE_SEAL_KEYS = {1: b"short"}
    with pytest.raises(ImproperlyConfigured):
        seal("甲", "a.B.c")
    settings.CHANGLE_CRYPTO = "rot13"
    with pytest.raises(ImproperlyConfigured):
        digest(b"")


def test_known_answers_of_the_hashes(profile):
    expected = {
        "intl": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "gm": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    }
    assert digest(b"abc") == expected[profile]


def test_the_database_never_sees_the_text(person):
    row = person.objects.create(number=NUMBER, note="甲")
    assert all(NUMBER not in text for text in stored("number") + stored("number_index"))
    row.refresh_from_db()
    assert (row.number, row.note) == (NUMBER, "甲")
    assert person.objects.values_list("number", flat=True).get() == NUMBER


def test_empty_and_null_stay_what_they_are(person):
    person.objects.create(number=None, note="")
    assert (stored("number"), stored("note"), stored("number_index")) == ([None], [""], [""])
    assert person.objects.filter(number__isnull=True).count() == 1
    row = person.objects.get()
    assert (row.number, row.note) == (None, "")


def test_every_way_of_writing_seals(person):
    person.objects.bulk_create([person(number=NUMBER), person(number=NUMBER)])
    person.objects.update(note="乙")
    rows = list(person.objects.order_by("pk"))
    rows[0].note = "丙"
    person.objects.bulk_update(rows, ["note"])
    assert all(text.count(".") == 2 for text in stored("number") + stored("note"))
    assert [row.note for row in person.objects.order_by("pk")] == ["丙", "乙"]


def test_a_row_is_found_by_its_blind_index_however_typed(person):
    row = person.objects.create(number=NUMBER.replace("610112", "６１０１１２"))
    person.objects.create(number="")
    found = person.objects.filter(number_index=blind_index(person.number_index, f" {NUMBER}"))
    assert found.get() == row
    for empty in ("", "  "):
        assert not person.objects.filter(
            number_index=blind_index(person._meta.get_field("number_index"), empty)
        ).exists()
    with pytest.raises(TypeError):
        blind_index(person.number, NUMBER)


@pytest.mark.parametrize("lookup", ["number", "number__icontains", "number__in", "number__year"])
def test_a_sealed_field_is_not_looked_up(person, lookup):
    with pytest.raises(FieldError, match="blind index"):
        person.objects.filter(**{lookup: [NUMBER]})


def test_the_database_computes_no_sealed_value(person):
    with pytest.raises(FieldError, match="cannot compute"):
        person.objects.update(note=F("number"))
    with pytest.raises(FieldError, match="cannot compute"):
        person.objects.update(note=Case(When(pk=1, then=Value("甲")), default=Value("乙")))


@isolate_apps("changle.core")
def test_a_sealed_field_has_no_index():
    class Wrong(models.Model):  # noqa: DJ008
        number = SealedTextField(unique=True)

        class Meta:
            app_label = "core"

    assert [error.id for error in Wrong._meta.get_field("number").check()] == ["changle.E001"]


def test_fields_survive_a_migration(person):
    for name in ("number", "number_index"):
        field = person._meta.get_field(name)
        _name, _path, args, kwargs = field.deconstruct()
        again = type(field)(*args, **kwargs)
        assert again.deconstruct()[1:] == field.deconstruct()[1:]


def test_new_keys_reach_old_rows_in_batches_and_leave_the_index(person, settings):
    person.objects.bulk_create([person(number=NUMBER, note=str(n)) for n in range(5)])
    person.objects.create(number=None, note="")
    before = stored("number_index")
    assert reseal(person) == 0
    settings.CHANGLE_SEAL_KEYS = {1: OLD, 2: NEW}
    assert waiting_for_reseal(person).count() == 5
    assert [reseal(person, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert {text.split(".")[1] for text in stored("note") if text} == {"2"}
    assert stored("number_index") == before
    assert [row.note for row in person.objects.order_by("pk")] == ["0", "1", "2", "3", "4", ""]


def test_a_new_profile_reaches_rows_and_indexes(person, settings, profile):
    person.objects.create(number=NUMBER)
    settings.CHANGLE_CRYPTO = {"intl": "gm", "gm": "intl"}[profile]
    assert (reseal(person), reseal(person)) == (1, 0)
    assert stored("number")[0].startswith(f"{settings.CHANGLE_CRYPTO}.1.")
    found = person.objects.filter(number_index=blind_index(person.number_index, NUMBER))
    assert found.get().number == NUMBER


def test_a_new_index_key_reaches_the_indexes(person, settings):
    person.objects.create(number=NUMBER)
    settings.CHANGLE_INDEX_KEY = OTHER
    assert not person.objects.filter(number_index=blind_index(person.number_index, NUMBER)).exists()
    assert (reseal(person), reseal(person)) == (1, 0)
    assert person.objects.filter(number_index=blind_index(person.number_index, NUMBER)).exists()


def test_a_row_that_does_not_open_stops_the_batch_and_is_named(person, settings):
    row = person.objects.create(number=NUMBER)
    settings.CHANGLE_SEAL_KEYS = {1: OTHER, 2: NEW}
    before = stored("number")
    with pytest.raises(SealBroken, match=f"core.Person {row.pk}："):
        reseal(person)
    assert stored("number") == before


def test_masks_leave_enough_to_recognise():
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("029-86234567") == "029-****4567"
    assert mask_phone("029-86234567-801") == "029-****4567"
    assert (mask_phone("12345"), mask_phone("")) == ("****", "")
    assert mask_id(NUMBER) == "610***********0012"
    assert (mask_id("E1234567"), mask_id("")) == ("****", "")
    assert [mask_name(name) for name in ("张三", "张三丰", "阿依古丽", "张", "")] == [
        "张*",
        "张**",
        "阿**",
        "张",
        "",
    ]
