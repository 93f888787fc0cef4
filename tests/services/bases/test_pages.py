"""The pages of bases: for their people, shut for others, and nothing typed is lost."""

import io
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from changle.services.bases.actions.evaluating import open_evaluation
from changle.services.bases.actions.overseeing import check_operator
from changle.services.bases.models import Base, HandOver, OperatorContract, Standard
from changle.services.bases.queries.bases import checklist_of
from tests.factories.accounts import make_user
from tests.factories.bases import PDF, a_pdf, make_base, make_contract, replaced, set_state
from tests.factories.commons import make_centre
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/desk/bases/"
LONG = "长" * 10_000
NAUGHTY = ["", LONG, "𠮷" * 30, "<script>alert(1)</script>", "=1+1", "2026-02-30", "-5", "\x00"]
MOST_QUERIES = 14  # the session, the grants and the head of the desk among them


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture(autouse=True)
def past_the_second_factor(settings):
    settings.CHANGLE_DEMO = True


@pytest.fixture
def enter(client):
    def come(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def text(answer):
    return unescape(answer.content.decode())


def today():
    return timezone.localdate()


def facts(**changes):
    told = {
        "name": "样例基地", "address": "样例路", "area_total": 500, "area_shared": 100,
        "planned_on": today() - timedelta(days=20), "built_on": today(),
    }  # fmt: skip
    return {name: str(value) for name, value in {**told, **changes}.items()}


def test_a_base_from_its_plan_to_the_public_page(client, enter, tree):
    make_base(tree.streets[1])  # seeds the standards
    make_centre(tree.centre)
    enter("STO", tree.streets[0])
    answer = client.post(f"{LIST}add/", {**facts(), "tier": "street", "node": tree.centre.pk})
    assert answer.status_code == 302, text(answer)
    row = Base.objects.get(name="样例基地")
    here = f"{LIST}{row.pk}/"
    assert "还缺" in text(client.get(here))
    asked = checklist_of(row, today())
    for kind, _one in asked.papers:
        assert client.get(f"{here}papers/{kind.pk}/").status_code == 200
        answer = client.post(f"{here}papers/{kind.pk}/", {"paper": a_pdf()})
        assert answer.status_code == 302
    claims = {f"met_{one.pk}": "on" for one, _mark in asked.criteria}
    assert client.post(f"{here}criteria/claims/", claims).status_code == 302
    assert "已齐" in text(client.get(f"{here}criteria/"))
    assert client.post(f"{here}move/apply/").status_code == 302
    assert client.get(f"/bases/{row.pk}/").status_code == 404
    assert client.get(f"{here}recognise/").status_code == 302  # the bureau decides

    enter("DCA", tree.root)
    assert "现场还没有核实" in text(client.get(f"{here}recognise/"))
    assert client.post(f"{here}criteria/findings/", claims).status_code == 302
    told = {
        "number": "样例1号",
        "on": today(),
        "valid_until": today() + timedelta(days=900),
        "note": "",
    }
    answer = client.post(f"{here}recognise/", told)
    assert answer.status_code == 302, text(answer)
    assert client.get(f"{here}certificate.pdf")["Content-Type"] == "application/pdf"
    client.logout()
    page = text(client.get(f"/bases/{row.pk}/"))
    assert "样例1号" in page
    assert "街道级社会组织孵化基地" in page
    assert row.name in text(client.get("/bases/"))
    assert client.get(f"/bases/{row.pk}/code.svg")["Content-Type"] == "image/svg+xml"


def test_an_operator_is_replaced_by_the_pages(client, enter, tree):
    base = make_base(tree.centre, state="operating")
    old, new = (make_organisation(tree.communities[0][0], "MF") for _each in range(2))
    enter("STO", tree.streets[0])
    terms = {
        "organisation": old.name, "number": "样例1号", "signed_on": today(), "starts_on": today(),
        "ends_on": today() + timedelta(days=700), "amount_fen": "80万元", "duties": "",
    }  # fmt: skip
    assert old.name in text(client.get(f"{LIST}{base.pk}/operator/sign/"))
    answer = client.post(f"{LIST}{base.pk}/operator/sign/", terms)
    assert answer.status_code == 302, text(answer)
    contract = OperatorContract.objects.get()
    assert contract.amount_fen == 80_000_000
    here = f"/desk/bases/operators/{contract.pk}/"
    person = make_user(username="yunying-a")
    assert client.post(f"{here}staff/add/", {"user": "yunying-a"}).status_code == 302
    assert client.post(f"{here}staff/add/", {"user": "nobody"}).status_code == 422
    target = {"indicator": "venue.uses", "target": 100, "starts_on": today(),
              "ends_on": today() + timedelta(days=365)}  # fmt: skip
    assert client.post(f"{here}targets/add/", target).status_code == 302
    assert "场地使用次数" in text(client.get(here))
    check = {"on": today(), "subject": "检查", "findings": "缺台账"}
    assert client.post(f"{here}checks/add/", check).status_code == 302
    assert "缺台账" in text(client.get(f"/desk/bases/checks/{contract.checks.get().pk}/"))
    change = {**terms, "organisation": new.uscc, "number": "样例2号", "note": "换届"}
    assert client.get(f"{here}replace/").status_code == 200
    answer = client.post(f"{here}replace/", change)
    assert answer.status_code == 302, text(answer)
    row = HandOver.objects.get()
    page = text(client.get(f"/desk/bases/hand-overs/{row.pk}/"))
    assert "交接清单" in page
    assert new.name in text(client.get(f"{LIST}{base.pk}/operator/"))
    give = f"/desk/bases/hand-overs/{row.pk}/items/{row.items.first().pk}/give/"
    assert client.get(give).status_code == 200
    assert client.post(give, {"signed_by": ""}).status_code == 409
    assert client.post(give, {"signed_by": "样例丙"}).status_code == 302
    client.force_login(person)
    assert client.get(here).status_code == 404


def test_a_round_by_the_pages(client, enter, tree):
    base = make_base(tree.centre, state="operating")
    enter("DCA", tree.root)
    answer = client.post(f"{LIST}{base.pk}/evaluations/start/", {"name": "年度评估"})
    assert answer.status_code == 302
    row = base.evaluations.get()
    here = f"/desk/bases/rounds/{row.pk}/"
    enter("CTR", tree.centre)
    criteria = list(row.standard.criteria.all())
    given = {f"points_{one.pk}": one.points for one in criteria}
    given |= {f"met_{one.pk}": "on" for one in criteria}
    assert client.get(f"{here}self/").status_code == 200
    bad = {**given, f"points_{criteria[0].pk}": 99}
    answer = client.post(f"{here}self/", {**bad, "statement": "写了半天"})
    assert (answer.status_code, "写了半天" in text(answer)) == (422, True)
    answer = client.post(f"{here}self/", {**given, "statement": "一年", "go": "send"})
    assert answer.status_code == 302, text(answer)
    enter("DCA", tree.root)
    assert client.get(f"{here}score/").status_code == 200
    assert client.post(f"{here}score/", {**given, "on_site_on": today()}).status_code == 302
    assert "续认" in text(client.get(here))
    told = {"decision": "renew", "note": "好", "valid_until": today() + timedelta(days=800)}
    assert client.post(f"{here}decide/", told).status_code == 302
    assert "100" in text(client.get(here))
    assert "年度评估" in text(client.get(f"{LIST}{base.pk}/evaluations/"))


def every_address(base, contract, check, row, round_):
    one, at = f"{LIST}{base.pk}/", f"/desk/bases/operators/{contract.pk}/"
    return [
        one, f"{one}edit/", f"{one}budget/", f"{one}photos/", f"{one}criteria/",
        f"{one}criteria/claims/", f"{one}criteria/findings/", f"{one}evaluations/", f"{one}operator/",
        f"{one}operator/sign/", f"{one}evaluations/start/", at, f"{at}replace/", f"{at}end/",
        f"{at}staff/add/", f"{at}staff/invite/", f"{at}targets/add/", f"{at}checks/add/",
        f"/desk/bases/checks/{check.pk}/", f"/desk/bases/checks/{check.pk}/remedy/",
        f"/desk/bases/hand-overs/{row.pk}/", f"/desk/bases/hand-overs/{row.pk}/items/add/",
        f"/desk/bases/rounds/{round_.pk}/", f"/desk/bases/rounds/{round_.pk}/self/",
        f"/desk/bases/rounds/{round_.pk}/score/", f"/desk/bases/rounds/{round_.pk}/decide/",
    ]  # fmt: skip


@pytest.fixture
def scene(tree):
    base = make_base(tree.centre, state="operating")
    by, now = make_actor("DCA", tree.root), timezone.now()
    first = make_contract(base)
    row = replaced(first, by)
    check = check_operator(
        pk=row.new.pk, on=today(), subject="检查", findings="缺台账", by=by, now=now
    )
    round_ = open_evaluation(base=base.pk, name="年度评估", by=by, now=now)
    return base, row.new, check, row, round_


def test_all_pages_open_for_the_bureau_and_none_for_another_street(client, enter, tree, scene):
    addresses = every_address(*scene)
    enter("DCA", tree.root)
    assert {a: client.get(a).status_code for a in addresses} == dict.fromkeys(addresses, 200)
    enter("STO", tree.streets[1])
    assert {a: client.get(a).status_code for a in addresses} == dict.fromkeys(addresses, 404)
    enter("OADM", make_organisation(tree.communities[0][0], "MF").node)
    assert {client.get(a).status_code for a in [LIST, *addresses]} == {404}


def test_nothing_naughty_breaks_a_form(client, enter, tree, scene):
    base, contract, check, row, round_ = scene
    enter("DCA", tree.root)
    names = [
        "name", "about", "area_total", "planned_on", "year", "amount_fen", "source", "number", "on",
        "organisation", "signed_on", "starts_on", "ends_on", "because", "user", "username", "phone",
        "password", "indicator", "target", "subject", "findings", "due_on", "remedy", "kind", "what",
        "statement", "decision", "note", "on_site_on", "valid_until", "caption", "tier", "node",
    ]  # fmt: skip
    forms = [a for a in every_address(base, contract, check, row, round_) if a.count("/") > 4]
    for address in [*forms, f"{LIST}add/"]:
        for bad in NAUGHTY:
            answer = client.post(address, dict.fromkeys(names, bad))
            assert answer.status_code in {200, 302, 405, 409, 422}, (address, bad)


def test_a_refused_move_keeps_its_reason(client, enter, tree):
    row = make_base(tree.centre, state="operating")
    enter("DCA", tree.root)
    answer = client.post(f"{LIST}{row.pk}/move/withdraw/", {"note": LONG})
    assert (answer.status_code, LONG in text(answer)) == (422, True)
    Base.objects.filter(pk=row.pk).update(state="planned")
    answer = client.post(f"{LIST}{row.pk}/move/withdraw/", {"note": "因故撤销"})
    assert (answer.status_code, "因故撤销" in text(answer) or "状态已经变化" in text(answer)) == (
        409,
        True,
    )
    for name in ("recognise", "no-such"):
        assert client.post(f"{LIST}{row.pk}/move/{name}/").status_code == 404


def test_a_form_refused_keeps_what_was_typed(client, enter, tree):
    row = make_base(tree.centre)
    enter("STO", tree.streets[0])
    answer = client.post(f"{LIST}{row.pk}/edit/", facts(name="改过的名称", area_shared=900))
    assert answer.status_code == 422
    assert "改过的名称" in text(answer)
    assert "共享面积不能大于总面积" in text(answer)


def test_a_photo_is_public_once_the_base_is_recognised(client, enter, tree):
    row = make_base(tree.centre)
    enter("STO", tree.streets[0])
    image = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(image, "PNG")
    upload = SimpleUploadedFile("门头.png", image.getvalue(), "image/png")
    answer = client.post(f"{LIST}{row.pk}/photos/", {"photo": upload, "caption": "门头"})
    assert answer.status_code == 302, text(answer)
    one = row.photos.get()
    bad = SimpleUploadedFile("门头.png", PDF, "image/png")
    assert client.post(f"{LIST}{row.pk}/photos/", {"photo": bad, "caption": "x"}).status_code == 422
    client.logout()
    address = f"/bases/photos/{one.file.public_id}/"
    assert client.get(address).status_code == 404
    set_state(row, "operating")
    answer = client.get(address)
    assert (answer.status_code, len(answer.getvalue()) > 0) == (200, True)
    assert "门头" in text(client.get(f"/bases/{row.pk}/"))


def test_the_standards_are_the_bureaus(client, enter, tree):
    make_base(tree.centre, state="operating")
    enter("STO", tree.streets[0])
    assert client.get(f"{LIST}rules/").status_code == 404
    enter("DCA", tree.root)
    assert "街道级孵化基地标准" in text(client.get(f"{LIST}rules/"))
    told = {"name": "新标准", "pass_points": 70, "valid_months": 24, "starts_on": today()}
    assert client.get(f"{LIST}rules/street/new/").status_code == 200
    assert client.post(f"{LIST}rules/street/new/", told).status_code == 302
    new = Standard.objects.get(name="新标准")
    one = new.criteria.first()
    edit = f"{LIST}rules/{new.pk}/criteria/{one.pk}/"
    assert client.get(edit).status_code == 200
    told = {"code": one.code, "theme": one.theme, "name": "改名", "points": 9, "sort": 1}
    assert client.post(edit, told).status_code == 302
    assert new.criteria.get(pk=one.pk).name == "改名"
    assert client.post(f"{edit}end/").status_code == 302
    assert client.get(edit).status_code == 404
    assert (
        client.post(f"{LIST}rules/{new.pk}/papers/add/", {"name": "新材料", "sort": 1}).status_code
        == 302
    )
    assert client.get(f"{LIST}rules/nowhere/new/").status_code == 404


def test_the_list_finds_and_warns(client, enter, tree):
    row = make_base(tree.centre, state="operating")
    Base.objects.filter(pk=row.pk).update(valid_until=today() + timedelta(days=20))
    make_base(tree.streets[1])
    enter("DCA", tree.root)
    page = text(client.get(LIST))
    assert "还有 20 天到期" in page
    for asked, count in (
        ("tier=street", 2), ("state=operating", 1), (f"street={tree.streets[1].pk}", 1), ("due=1", 1),
        ("tier=x&state=y&street=z", 2), ("after=x", 2), ("tier=community", 0),
    ):  # fmt: skip
        found = text(client.get(f"{LIST}?{asked}"))
        assert sum(one.name in found for one in Base.objects.all()) == count, asked


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_few_and_many(client, enter, tree, count):
    places = [tree.centre, tree.streets[0], *tree.communities[0]][:count]
    for place in places:
        tier = "community" if place.kind == "community" else "street"
        row = make_base(place, tier, state="operating")
        make_contract(row)
    enter("DCA", tree.root)
    first = Base.objects.order_by("pk")[0]
    client.get(LIST)
    for address in (LIST, f"{LIST}{first.pk}/", f"{LIST}{first.pk}/operator/", "/bases/"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(address)
        assert len(asked) <= MOST_QUERIES, (address, len(asked), [q["sql"] for q in asked])


@pytest.mark.parametrize(
    "code",
    [
        "bases.bases",
        "bases.recognised",
        "bases.area",
        "bases.operator_contracts",
        "bases.contract_amount",
    ],
)
def test_a_figure_leads_to_the_bases_behind_it(client, enter, tree, code):
    base = make_base(tree.centre, state="operating")
    make_contract(base, signed_on=today(), starts_on=today())
    enter("DCA", tree.root)
    page = text(
        client.get(f"/desk/figures/rows/?code={code}&node={tree.root.pk}&year={today().year}")
    )
    assert base.name in page
    contract = base.contracts.get()
    at = f"/desk/bases/operators/{contract.pk}/" if "contract" in code else f"{LIST}{base.pk}/"
    assert f'href="{at}"' in page
