"""The sample district is what was published, and the same each time."""

from collections import Counter
from datetime import date

import pytest
from django.db.models import Q
from django.utils import timezone

from changle.core.log import seal_all, verify
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node, NodeCode
from changle.ground.territory.queries import actor_for
from changle.site.demo.making import make


pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def standing(on):
    rows = Identity.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    return Counter(rows.values_list("kind", flat=True))


def test_the_sample_district_holds_what_was_published():
    steps = []
    make(now=timezone.now(), say=lambda done, total, _text: steps.append((done, total)))
    assert steps[0] == (0, 7)
    assert steps[-1] == (7, 7)
    for day in (date(2021, 12, 31), timezone.localdate()):
        counts = standing(day)
        assert (counts["ST"], counts["MF"], counts["JJH"]) == (51, 230, 0), day
        assert 2000 < counts["BA"] < 2100
    assert Node.objects.filter(kind="street").count() == 12
    assert Node.objects.filter(kind="community").count() == 393
    told = NodeCode.objects.filter(code="610112001").values_list("system", "node__name")
    assert set(told) == {("stats", "张家堡街道"), ("portal", "汉城街道")}
    assert not Organisation.objects.filter(is_sample=False).exists()
    seal_all()
    assert verify().holds

    with pytest.raises(Refused):
        make(now=timezone.now(), say=lambda *_told: None)

    former = User.objects.get(username="jie-zhangjiabu-qianren")
    assert actor_for(former).reach == {}
    nobody_has_a_password = [u.username for u in User.objects.all() if u.has_usable_password()]
    assert nobody_has_a_password == []
