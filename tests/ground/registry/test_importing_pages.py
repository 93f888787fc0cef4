"""The way of a list through the pages, short and in the background."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from changle.core.codes import uscc_check
from changle.core.jobs import drain
from changle.ground.registry.actions import importing, writing
from changle.ground.registry.models import ImportBatch, Organisation
from tests.factories.accounts import make_user
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path: Path) -> None:
    settings.CHANGLE_DATA = tmp_path


@pytest.fixture
def district():
    return make_district()


def enter(client, node, role: str):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return user


@pytest.fixture
def clerk(client, district):
    return enter(client, district.root, "DCA")


def lines(count: int, *more: str) -> bytes:
    rows = ["名称,统一社会信用代码"]
    for number in range(count):
        first = f"52610112T{number:08d}"
        rows.append(f"样例{number}中心,{first}{uscc_check(first)}")
    return "\n".join([*rows, *more]).encode()


def sent(client, district, content: bytes):
    file = SimpleUploadedFile("名单.csv", content)
    return client.post(reverse("registry:import_new"), {"file": file, "node": district.root.pk})


def tried(client, batch: ImportBatch):
    told = {"column-0": "name", "column-1": "uscc", "existing": "update"}
    return client.post(reverse("registry:import_columns", args=[batch.pk]), told)


def test_a_list_goes_from_upload_to_undo(client, district, clerk) -> None:
    answer = sent(client, district, lines(3, "丁中心,123"))
    batch = ImportBatch.objects.get()
    here = reverse("registry:import_batch", args=[batch.pk])
    assert answer.headers["Location"] == here
    assert "哪一列是什么" in client.get(here).content.decode()
    assert tried(client, batch).status_code == 302
    shown = client.get(f"{here}?verdict=refused").content.decode()
    assert "统一社会信用代码应为 18 位" in shown
    everything = client.post(reverse("registry:import_write", args=[batch.pk]), {"which": "all"})
    assert everything.status_code == 409
    assert client.get(reverse("registry:import_refused", args=[batch.pk])).content[:2] == b"PK"
    client.post(reverse("registry:import_write", args=[batch.pk]), {"which": "good"})
    assert Organisation.objects.count() == 3
    assert "撤销本次导入" in client.get(here).content.decode()
    client.post(reverse("registry:import_undo", args=[batch.pk]))
    assert not Organisation.objects.exists()
    assert client.get(reverse("registry:imports")).status_code == 200


def test_a_long_list_is_tried_and_written_in_the_background(
    client, district, clerk, monkeypatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    sent(client, district, lines(5))
    batch = ImportBatch.objects.get()
    here = reverse("registry:import_batch", args=[batch.pk])
    progress = reverse("registry:import_progress", args=[batch.pk])
    tried(client, batch)
    assert "可以离开这一页" in client.get(here).content.decode()
    assert "HX-Refresh" not in client.get(progress).headers
    drain(clock=timezone.now)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    client.post(reverse("registry:import_write", args=[batch.pk]), {"which": "all"})
    assert not Organisation.objects.exists()
    drain(clock=timezone.now)
    batch.refresh_from_db()
    assert (batch.state, Organisation.objects.count()) == ("imported", 5)


def test_a_refusal_in_the_background_is_told_on_the_page(
    client, district, clerk, monkeypatch
) -> None:
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    sent(client, district, lines(5))
    batch = ImportBatch.objects.get()
    tried(client, batch)
    client.post(reverse("registry:import_write", args=[batch.pk]), {"which": "all"})
    other = sent(client, district, lines(1))
    later = ImportBatch.objects.latest("pk")
    assert other.status_code == tried(client, later).status_code == 302
    client.post(reverse("registry:import_write", args=[later.pk]), {"which": "all"})
    drain(clock=timezone.now)
    batch.refresh_from_db()
    assert batch.state == "failed"
    shown = client.get(reverse("registry:import_batch", args=[batch.pk])).content.decode()
    assert "已被录入，请重新试算后再导入" in shown
    assert tried(client, batch).status_code == 302


def test_a_file_that_is_no_table_is_refused_beside_the_field(client, district, clerk) -> None:
    assert client.get(reverse("registry:import_new")).status_code == 200
    answer = sent(client, district, b"%PDF-1.4 not a table")
    assert answer.status_code == 409
    assert "PDF" in answer.content.decode()


def test_strangers_and_other_streets_find_no_such_batch(client, district, clerk) -> None:
    sent(client, district, lines(1))
    here = reverse("registry:import_batch", args=[ImportBatch.objects.get().pk])
    enter(client, district.streets[0], "STO")
    assert client.get(here).status_code == 404
    enter(client, district.communities[0][0], "COM")
    assert client.get(reverse("registry:imports")).status_code == 404


def test_pages_cost_few_queries(client, district, clerk, django_assert_max_num_queries) -> None:
    sent(client, district, lines(60))
    batch = ImportBatch.objects.get()
    tried(client, batch)
    with django_assert_max_num_queries(14):
        client.get(reverse("registry:import_batch", args=[batch.pk]))
