"""The pages of loans: who sees them, what is typed and kept, and how many queries they cost."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from changle.core.files import StoredFile
from changle.ground.accounts.models import User
from changle.services.commons.actions.loans import approve_loan
from changle.services.commons.actions.loans_out import hand_over
from changle.services.commons.models import Claim, Loan, LoanDamage, LoanRule, Pool
from tests.factories.commons import TUESDAY
from tests.factories.loans import make_rule, make_tent
from tests.services.commons.test_loans_moves import House


pytestmark = pytest.mark.django_db
NAUGHTY = ["", "字" * 10_000, "𠮷" * 50, "<script>alert(1)</script>", "=1+1", "2026-13-45", "9" * 5000,
           "-1", "\x00"]  # fmt: skip
DAY = timedelta(days=1)


@pytest.fixture
def house():
    return House()


def page_of(house, who):
    client = Client()
    user = User.objects.get(pk=house.people[who].user_id)
    client.force_login(user)
    return client


def typed(house, count=2, **fields):
    day = timezone.localdate() + 3 * DAY
    return {
        "from_on": f"{day}", "from_at": "09:00", "until_on": f"{day + DAY}", "until_at": "17:00",
        "whom": str(house.team.node_id), "title": "义诊活动", "place": "社区广场",
        "contact_name": "样例", "contact_phone": "13900000001",
        f"take_{house.tent.pool_id}": str(count), **fields,
    }  # fmt: skip


def picture():
    kept = BytesIO()
    Image.new("RGB", (8, 8), "green").save(kept, "JPEG")
    return SimpleUploadedFile("帐篷.jpg", kept.getvalue(), content_type="image/jpeg")


def test_the_whole_way_through_the_pages(house):
    borrower, operator = page_of(house, "borrower"), page_of(house, "operator")
    second = page_of(house, "second")
    seen = borrower.get("/desk/loans/things/").content.decode()
    assert "可借 4" in seen
    asked = borrower.post(f"/desk/loans/ask/{house.centre.pk}/", typed(house))
    loan = Loan.objects.get()
    assert asked.headers["Location"] == f"/desk/loans/{loan.pk}/"
    assert "义诊活动" in operator.get(f"/desk/loans/today/{house.centre.pk}/").content.decode()
    done = operator.post(f"/desk/loans/{loan.pk}/approve/", {"back": "board"})
    assert done.headers["Location"] == f"/desk/loans/today/{house.centre.pk}/"
    Loan.objects.filter(pk=loan.pk).update(starts_at=timezone.now())
    line = loan.lines.get()
    assert operator.get(f"/desk/loans/{loan.pk}/hand-over/").status_code == 200
    told = {f"out_{line.pk}": "2", f"condition_{line.pk}": "完好", "photos": picture()}
    assert operator.post(f"/desk/loans/{loan.pk}/hand-over/", told).status_code == 302
    assert "确认收到" in borrower.get(f"/desk/loans/{loan.pk}/").content.decode()
    assert (
        "确认收到" not in operator.get(f"/desk/loans/{loan.pk}/").content.decode().split("story")[0]
    )
    assert borrower.post(f"/desk/loans/{loan.pk}/confirm/").status_code == 302
    pdf = borrower.get(f"/desk/loans/{loan.pk}/slip/")
    assert pdf.content.startswith(b"%PDF")
    told = {f"back_{line.pk}": "1", f"broken_{line.pk}": "0", f"condition_{line.pk}": "",
            "returner": "样例", "checked": "on"}  # fmt: skip
    refused = operator.post(f"/desk/loans/{loan.pk}/return/", told)
    assert refused.status_code == 409
    assert "请写明“" in refused.content.decode()
    told |= {f"condition_{line.pk}": "少一顶", "photos": picture()}
    assert operator.post(f"/desk/loans/{loan.pk}/return/", told).status_code == 302
    damage = LoanDamage.objects.get()
    assert StoredFile.objects.filter(subject_label="commons.Loan").count() == 2
    own = operator.get(f"/desk/loans/damages/{damage.pk}/").content.decode()
    assert "须由别人处理" in own
    assert "800.00元" in own
    settle = f"/desk/loans/damages/{damage.pk}/settle/"
    wrong = second.post(settle, {"amount": "很多", "how": "赔", "written_off": "1"})
    assert (wrong.status_code, "很多" in wrong.content.decode()) == (422, True)
    done = second.post(settle, {"amount": "800", "how": "照价赔偿", "written_off": "1"})
    assert done.status_code == 302
    loan.refresh_from_db()
    assert loan.state == "closed"
    page = borrower.get(f"/desk/loans/{loan.pk}/").content.decode()
    for words in ("损失已处理", "确认收到", "交付时的照片", "归还时的照片"):
        assert words in page


def test_a_refusal_keeps_what_was_typed(house):
    client = page_of(house, "borrower")
    url = f"/desk/loans/ask/{house.centre.pk}/"
    refused = client.post(url, typed(house, 5, place="东门外"))
    assert refused.status_code == 409
    assert "共有 4，不够 5" in refused.content.decode()
    assert "东门外" in refused.content.decode()
    early = client.post(url, typed(house, until_on=f"{timezone.localdate()}"))
    assert (early.status_code, "归还应晚于取用" in early.content.decode()) == (409, True)
    other = house.asked(3, starts_at=timezone.now() + 2 * DAY, ends_at=timezone.now() + 5 * DAY,
                        now=timezone.now())  # fmt: skip
    approve_loan(pk=other.pk, by=house.operator, now=timezone.now())
    short = client.post(url, typed(house, 2))
    assert (short.status_code, "只剩 1" in short.content.decode()) == (409, True)


@pytest.mark.parametrize("bad", NAUGHTY)
def test_naughty_words_are_refused_or_kept(house, bad):
    borrower, operator = page_of(house, "borrower"), page_of(house, "operator")
    url = f"/desk/loans/ask/{house.centre.pk}/"
    fine = {302, 409, 422}
    for name in typed(house):
        assert borrower.post(url, typed(house, **{name: bad})).status_code in fine, name
    assert (
        borrower.get("/desk/loans/things/", {"from": bad, "to": bad, "centre": bad}).status_code
        == 200
    )
    assert borrower.get(url, {"from": bad, f"take_{house.tent.pool_id}": bad}).status_code == 200
    assert borrower.get("/desk/loans/", {"side": bad, "state": bad, "page": bad}).status_code == 200
    Loan.objects.update(state="closed")
    for state, page, names in (
        ("approved", "hand-over", ("out_{}", "condition_{}", "receiver")),
        ("handed", "witness", ("receiver",)),
        ("in_use", "extend", ("on", "at")),
        ("in_use", "return", ("back_{}", "broken_{}", "condition_{}", "returner")),
        ("returned", "check", ("back_{}", "broken_{}", "condition_{}")),
    ):  # fmt: skip
        loan = house.at(state)
        line = loan.lines.get()
        told = {name.format(line.pk): bad for name in names}
        answer = operator.post(f"/desk/loans/{loan.pk}/{page}/", told)
        assert answer.status_code in fine, (state, page)
        Loan.objects.filter(pk=loan.pk).update(state="closed")
        Claim.objects.all().delete()
    loan = house.at("requested")
    assert operator.post(f"/desk/loans/{loan.pk}/reject/", {"note": bad}).status_code in fine
    rule = dict.fromkeys(("most_pieces", "most_open", "days_ahead", "overdue_days"), bad)
    assert operator.post(f"/desk/loans/rules/{house.centre.pk}/", rule).status_code in fine
    house.at("damaged")
    told = {"amount": bad, "how": bad, "written_off": bad}
    pk = LoanDamage.objects.latest("pk").pk
    for name in ("settle", "waive"):
        answer = page_of(house, "second").post(f"/desk/loans/damages/{pk}/{name}/", told)
        assert answer.status_code in fine | {404}


def test_strangers_find_no_such_page(house):
    loan = house.at("damaged")
    damage = LoanDamage.objects.get()
    for who in ("other_street", "resident"):
        client = page_of(house, who)
        for url in (f"/desk/loans/{loan.pk}/", f"/desk/loans/{loan.pk}/slip/",
                    f"/desk/loans/damages/{damage.pk}/", f"/desk/loans/today/{house.centre.pk}/",
                    f"/desk/loans/damages/{damage.pk}/settle/", f"/desk/loans/{loan.pk}/return/"):  # fmt: skip
            assert client.get(url).status_code == 404, (who, url)
        assert client.post(f"/desk/loans/{loan.pk}/close/").status_code == 404
    community = page_of(house, "community")  # sees the loan of its body, and does not run the house
    assert community.get(f"/desk/loans/{loan.pk}/").status_code == 200
    assert community.get(f"/desk/loans/damages/{damage.pk}/settle/").status_code == 404
    assert community.get(f"/desk/loans/{house.at('approved').pk}/hand-over/").status_code == 404


def test_the_rule_is_set_and_logged(house):
    client = page_of(house, "operator")
    url = f"/desk/loans/rules/{house.centre.pk}/"
    assert client.get(url).status_code == 200
    told = {"needs_approval": "", "residents_may": "on", "most_pieces": 9, "most_open": 1,
            "hours_ahead": 0, "days_ahead": 30, "most_extensions": 2, "keep_hours": 12,
            "overdue_days": 5}  # fmt: skip
    assert client.post(url, {**told, "overdue_days": 0}).status_code == 422
    assert client.post(url, {**told, "overdue_days": 31}).status_code == 422
    assert client.post(url, told).status_code == 302
    rule = LoanRule.objects.get()
    assert (rule.residents_may, rule.needs_approval, rule.overdue_days) == (True, False, 5)
    assert page_of(house, "borrower").get(url).status_code == 404
    done = page_of(house, "borrower").post(f"/desk/loans/ask/{house.centre.pk}/", typed(house))
    assert done.status_code == 302
    assert Loan.objects.get().state == "approved"  # without approval


def counted(client, url, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("who", "url"),
    [("operator", "/desk/loans/?side=house"), ("operator", "/desk/loans/today/{}/"),
     ("borrower", "/desk/loans/things/"), ("borrower", "/desk/loans/ask/{}/")],
)  # fmt: skip
def test_three_rows_cost_what_one_does(house, who, url, django_assert_max_num_queries):
    client, url = page_of(house, who), url.format(house.centre.pk)
    make_rule(house.centre, most_open=99)
    Pool.objects.filter(pk=house.tent.pool_id).update(quantity=99)
    states = ("requested", "approved", "handed", "in_use", "returned", "damaged")
    asked = []
    for _round in range(2):
        for state in states:
            house.at(state, count=1)
            make_tent(house.centre, 3)
        client.get(url)
        asked.append(counted(client, url, django_assert_max_num_queries, 14))
    assert asked[0] == asked[1]


def test_the_page_of_a_loan_is_cheap(house, django_assert_max_num_queries):
    loan = house.at("damaged")
    for who in ("operator", "borrower"):
        client = page_of(house, who)
        client.get(f"/desk/loans/{loan.pk}/")
        counted(client, f"/desk/loans/{loan.pk}/", django_assert_max_num_queries, 12)


def test_who_handed_over_has_no_button_to_confirm(house):
    loan = house.at("approved")
    hand_over(pk=loan.pk, given={}, by=house.operator, now=TUESDAY)
    client = page_of(house, "operator")
    answer = client.post(f"/desk/loans/{loan.pk}/confirm/")
    assert (answer.status_code, "当面签收" in answer.content.decode()) == (409, True)
