import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changle.core.log import LogEntry
from changle.faces.api.models import IdempotencyKey
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from tests.faces.api.conftest import add, code_of, make_caller


pytestmark = pytest.mark.django_db
CONTACT = "02900000000"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def names(answer):
    return {one["name"] for one in answer.json()["items"]}


def test_nobody_sees_the_public_directory_without_contacts(bodies, anonymous):
    answer = anonymous.get("/organisations")
    assert names(answer) == {body.name for body in bodies}
    assert CONTACT not in answer.content.decode()
    assert CONTACT not in anonymous.get(f"/organisations/{bodies[0].pk}").content.decode()


def test_a_street_sees_its_own_with_contacts_and_no_others(bodies, street):
    assert names(street.get("/organisations")) == {"一社区舞蹈队", "二社区书画社"}
    told = street.get(f"/organisations/{bodies[0].pk}").json()
    assert told["contact_phone"] == CONTACT
    assert street.get(f"/organisations/{bodies[2].pk}").status_code == 404


def test_who_may_not_see_contacts_gets_none(bodies, district):
    overseer = make_caller("DSW", district.root)
    assert CONTACT not in overseer.get("/organisations").content.decode()
    assert "member_count" in overseer.get(f"/organisations/{bodies[0].pk}").json()


def test_a_resident_sees_what_nobody_sees(bodies, district, anonymous):
    resident = make_caller("RES", district.root)
    assert resident.get("/organisations").json() == anonymous.get("/organisations").json()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "MF"}, {"乙街道养老服务中心"}),
        ({"q": "书画"}, {"二社区书画社"}),
        ({"q": "sqhct"}, {"三社区合唱团"}),
        ({"field": "civil"}, {"乙街道养老服务中心"}),
        ({"state": "dissolved"}, set()),
    ],
)
def test_filters(bodies, bureau, query, found):
    assert names(bureau.get("/organisations", query)) == found


def test_filters_by_place(bodies, bureau, district):
    first, community = district.streets[0].pk, district.communities[0][0].pk
    assert len(names(bureau.get("/organisations", {"street": first}))) == 2
    assert names(bureau.get("/organisations", {"community": community})) == {"一社区舞蹈队"}


def test_pages_follow_each_other_without_gap_or_repeat(bodies, bureau):
    seen, path = [], "/organisations?limit=3&q=社"
    while path:
        answer = bureau.get(path)
        told = answer.json()
        seen += [one["id"] for one in told["items"]]
        assert ("Link" in answer.headers) == bool(told["next"])
        path = (told["next"] or "").removeprefix("/api/v1")
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"kind": "XX"}, "kind"),
        ({"street": "x"}, "street"),
        ({"q": "长" * 101}, "q"),
        ({"q": "a\x00b"}, "q"),
    ],
)
def test_what_makes_no_sense_is_told_in_chinese_beside_its_name(bureau, query, field):
    answer = bureau.get("/organisations", query)
    told = answer.json()
    assert answer.status_code == 422
    assert [one["field"] for one in told["errors"]] == [field]
    assert any("一" <= letter <= "鿿" for letter in told["errors"][0]["message"])


@pytest.mark.parametrize("after", ["x", "~", "a~b", "999", "😀", "a~-1"])
def test_a_forged_page_key_breaks_nothing(bodies, bureau, after):
    assert bureau.get("/organisations", {"after": after}).status_code in {200, 422}


def test_a_list_costs_the_same_queries_for_one_row_and_for_three(district, bureau):
    add(district.communities[0][0], "第一个")
    bureau.get("/organisations")
    with CaptureQueriesContext(connection) as one:
        bureau.get("/organisations")
    add(district.communities[0][0], "第二个")
    add(district.communities[0][0], "第三个")
    with CaptureQueriesContext(connection) as three:
        bureau.get("/organisations")
    assert len(one) == len(three) <= 5


def test_not_modified_while_nothing_changed(bodies, bureau):
    path = f"/organisations/{bodies[0].pk}"
    tag = bureau.get(path)["ETag"]
    again = bureau.get(path, **{"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    bureau.patch(path, {"address": "新址"}, **{"If-Match": tag})
    assert bureau.get(path, **{"If-None-Match": tag}).status_code == 200


def test_a_change_needs_the_version_it_starts_from(bodies, bureau):
    path = f"/organisations/{bodies[0].pk}"
    assert bureau.patch(path, {"address": "甲"}).status_code == 428
    tag = bureau.get(path)["ETag"]
    first = bureau.patch(path, {"address": "甲"}, **{"If-Match": tag})
    assert (first.status_code, first.json()["address"]) == (200, "甲")
    stale = bureau.patch(path, {"address": "乙"}, **{"If-Match": tag})
    assert stale.status_code == 412
    assert "刚刚改过" in stale.json()["detail"]
    assert bureau.patch(path, {"address": "乙"}, **{"If-Match": first["ETag"]}).status_code == 200
    assert Organisation.objects.get(pk=bodies[0].pk).address == "乙"


def test_a_new_name_opens_a_new_identity(bodies, bureau):
    path = f"/organisations/{bodies[0].pk}"
    told = bureau.patch(
        path, {"name": "一社区民乐队"}, **{"If-Match": bureau.get(path)["ETag"]}
    ).json()
    assert [one["name"] for one in told["identities"]] == ["一社区舞蹈队", "一社区民乐队"]


def test_who_may_only_look_changes_nothing(bodies, district):
    overseer = make_caller("DSW", district.root)
    path = f"/organisations/{bodies[0].pk}"
    answer = overseer.patch(path, {"address": "甲"}, **{"If-Match": overseer.get(path)["ETag"]})
    assert answer.status_code == 404
    assert (
        overseer.post(
            "/organisations", {"kind": "BA", "name": "x", "place": district.root.pk}
        ).status_code
        == 422
    )


def test_fields_that_are_none_are_refused_rather_than_overlooked(bodies, bureau):
    path = f"/organisations/{bodies[0].pk}"
    answer = bureau.patch(path, {"state": "dissolved"}, **{"If-Match": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "state"


def new(district, **fields):
    return {"kind": "BA", "name": "新备案队", "place": district.communities[0][0].pk, **fields}


def test_an_organisation_is_added_once_for_a_key(district, street):
    first = street.post("/organisations", new(district), **{"Idempotency-Key": "k1"})
    again = street.post("/organisations", new(district), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Location"] == again["Location"] == f"/api/v1/organisations/{first.json()['id']}"
    assert again["Idempotent-Replayed"] == "true"
    assert Organisation.objects.count() == 1
    assert street.get(first["Location"].removeprefix("/api/v1")).status_code == 200


def test_a_key_is_for_one_request_and_one_person(district, street):
    street.post("/organisations", new(district), **{"Idempotency-Key": "k1"})
    other = street.post("/organisations", new(district, name="另一个"), **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    neighbour = make_caller("STO", district.streets[0])
    assert (
        neighbour.post("/organisations", new(district), **{"Idempotency-Key": "k1"}).status_code
        == 201
    )


def test_a_refusal_leaves_the_key_free(district, street):
    wrong = street.post("/organisations", new(district, field="none"), **{"Idempotency-Key": "k1"})
    assert wrong.status_code == 422
    assert IdempotencyKey.objects.count() == 0
    assert (
        street.post("/organisations", new(district), **{"Idempotency-Key": "k1"}).status_code == 201
    )


def test_a_street_adds_nothing_elsewhere(district, street):
    answer = street.post("/organisations", new(district, place=district.communities[1][0].pk))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "place")


def test_a_code_belongs_to_one_body(bodies, district, bureau):
    body = {"kind": "MF", "name": "第二家", "place": district.root.pk, "uscc": code_of("2", 1)}
    answer = bureau.post("/organisations", body)
    assert answer.status_code == 409
    assert "乙街道养老服务中心" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 121}, "name"),
        ({"kind": "ZZ"}, "kind"),
        ({"registered_on": "2021/13/45"}, "registered_on"),
        ({"member_count": -1}, "member_count"),
        ({"contact_email": "no"}, "contact_email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"member_count": 10**12}, "member_count"),
        ({"colour": "red"}, "colour"),
        ({"name": "a\x00"}, "name"),
        ({"field": "nope"}, "field"),
        ({"kind": "MF", "uscc": "9.1E+17"}, ""),
        ({"uscc": "x"}, ""),
    ],
)
def test_bad_contents_are_refused_beside_the_field(district, bureau, fields, field):
    answer = bureau.post("/organisations", new(district, **fields))
    assert answer.status_code == 422, answer.content.decode()
    assert answer.json()["errors"][0]["field"] == field
    assert Organisation.objects.count() == 0


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "\ufeff{}"])
def test_bodies_that_are_no_object_are_refused(bureau, body):
    sent = bureau.client.post(
        "/api/v1/organisations", body.encode(), content_type="application/json",
        headers={"Authorization": f"Bearer {bureau.token}"},
    )  # fmt: skip
    assert sent.status_code in {400, 422}
    assert sent["Content-Type"] == "application/problem+json"


def test_text_comes_back_as_it_was_sent(district, bureau):
    name = "𠮷祥<b>社</b>=1+1"
    told = bureau.post("/organisations", new(district, name=name)).json()
    assert told["name"] == name


def test_a_session_writes_only_with_the_csrf_token(bodies, district):
    user = make_caller("DCA", district.root, username="session-user")
    client = Client(enforce_csrf_checks=True)
    session = Client(enforce_csrf_checks=True)
    session.force_login(User.objects.get(username="session-user"), BACKEND)
    body = json.dumps(new(district))
    refused = session.post("/api/v1/organisations", body, content_type="application/json")
    assert (refused.status_code, user.get("/me").status_code) == (403, 200)
    nobody = client.post("/api/v1/organisations", body, content_type="application/json")
    assert nobody.status_code == 401


def test_every_write_is_logged_as_its_person(district, street):
    street.post("/organisations", new(district))
    entry = LogEntry.objects.get(subject_label="registry.Organisation")
    assert entry.actor_id == street.get("/me").json()["id"]


def test_a_merged_record_leads_to_the_one_that_goes_on(bodies, bureau, street, anonymous):
    gone, on, far = bodies[0], bodies[1], bodies[2]
    Organisation.objects.filter(pk=gone.pk).update(state="merged", merged_into=on)
    for caller in (bureau, street, anonymous):
        answer = caller.get(f"/organisations/{gone.pk}")
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"/api/v1/organisations/{on.pk}"
        assert gone.name not in names(caller.get("/organisations"))
    Organisation.objects.filter(pk=gone.pk).update(merged_into=far)
    assert street.get(f"/organisations/{gone.pk}").status_code == 404
