"""Who runs and staffs the sample's bodies: the ordinary, and something amiss of every sort."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from django.utils import timezone

from changle.core.codes.resident import CHECKS, WEIGHTS
from changle.ground.people.actions import (
    PostDraft,
    add_members,
    add_post,
    change_head,
    end_post,
    move_paper,
    record_party,
)
from changle.ground.people.models import Paper, PartyFact, Person, Post, years_after
from changle.ground.people.queries import head_of
from changle.ground.registry.models import Organisation
from changle.ground.territory.actions import spelled
from changle.site.demo.scene import Scene


SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦"
STEMS = "甲乙丙丁戊己庚辛壬癸"
FILED = 300  # filed bodies whose head is on record
DUE, EXPIRED, OLD, OFFICIAL, TWICE = 9, 14, 6, 5, 3
NAMED = "秋文社工"
spell = cache(spelled)


@dataclass
class Roll:
    """What is gathered to be written at once."""

    random: Random
    now: datetime
    today: date
    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    def person(self, name: str = "") -> Person:
        draw = self.random
        name = name or f"{draw.choice(SURNAMES)}示例{draw.choice(STEMS)}"
        one = Person(
            name=name, pinyin=spell(name), sex=draw.choice("mf"),
            birth_year=draw.randint(self.today.year - 62, self.today.year - 23),
            phone=f"1380000{draw.randrange(10_000):04d}",
            education=draw.choices(["school", "college", "bachelor", "master"], [2, 4, 5, 1])[0],
            grade=draw.choices(["", "assistant", "worker"], [6, 3, 2])[0],
            politics=draw.choices(["party", "probationary", "league", "masses"], [12, 3, 20, 65])[0],
            recorded_at=self.now, changed_at=self.now,
        )  # fmt: skip
        self.people.append(one)
        return one

    def post(
        self, body: Organisation, kind: str, person: Person, since: date, **facts: object
    ) -> Post:
        row = Post(organisation=body, kind=kind, person=person, starts_on=since,
                   recorded_at=self.now, changed_at=self.now, **facts)  # fmt: skip
        self.posts.append(row)
        return row

    def since(self, body: Organisation, first: int = 8, last: int = 55) -> date:
        """Some months ago, within a term, and not before the body began."""
        day = self.today - timedelta(days=30 * self.random.randint(first, last))
        return max(day, body.registered_on or day)

    def write(self) -> None:
        Person.objects.bulk_create(self.people, batch_size=500)
        for post in self.posts:
            post.person_id = post.person.pk
        Post.objects.bulk_create(self.posts, batch_size=500)


def furnish(scene: Scene) -> None:
    bodies = list(
        Organisation.objects.filter(
            pk__in=[one.pk for one in scene.standing], state__in=Organisation.LIVING
        ).order_by("pk")
    )
    registered = [one for one in bodies if one.is_registered]
    known = next(one for one in registered if one.short_name == NAMED)
    plain = [one for one in registered if one != known]
    scene.random.shuffle(plain)
    roll = Roll(scene.random, scene.now, scene.today)
    heads = [head for one in plain for head in staffed(roll, one)]
    amiss(roll, heads)
    for one in chosen(scene, bodies):
        roll.post(one, "head", roll.person(one.legal_representative), roll.since(one))
    named(roll, known)
    roll.write()
    PartyFact.objects.bulk_create(party(scene, plain), batch_size=500)
    papers(scene, registered)
    lately(scene, plain, known)


def chosen(scene: Scene, bodies: list[Organisation]) -> list[Organisation]:
    filed = [one for one in bodies if one.kind == "BA" and one.legal_representative]
    return scene.random.sample(filed, min(FILED, len(filed)))


def staffed(roll: Roll, body: Organisation) -> Iterator[Post]:
    """Officers, council, supervisor and staff of an ordinary registered body; its head is given."""
    draw, since = roll.random, roll.since(body)
    term = {"term_ends_on": years_after(since, 5), "session": "第二届", "procedure": "council"}
    boss = roll.person(body.legal_representative)
    boss.birth_year = roll.today.year - draw.randint(38, 66)
    yield roll.post(body, "head", boss, since, is_full_time=body.kind == "MF", **term)
    title = {"title": "会长"} if body.kind == "ST" else {"title": "理事长"}
    roll.post(body, "chair", boss, since, **title, **term)
    if body.kind == "ST":
        roll.post(body, "vice_chair", roll.person(), since, title="副会长", **term)
        roll.post(body, "secretary", roll.person(), since, is_full_time=True, **term)
    for _each in range(draw.randint(1, 3)):
        roll.post(body, "council", roll.person(), since, **term)
    if draw.random() > 0.04:  # noqa: PLR2004
        roll.post(body, "supervisor", roll.person(), since, **term)
    roll.post(body, "finance", roll.person(), roll.since(body))
    for number in range(draw.randint(1, 6)):
        full = number < 3  # noqa: PLR2004
        worker = roll.post(body, "staff", roll.person(), roll.since(body, 2), is_full_time=full,
                           has_contract=full)  # fmt: skip
        if draw.random() < 0.06:  # noqa: PLR2004
            worker.ends_on = roll.today - timedelta(days=draw.randint(5, 50))
            worker.ended_because = "resigned"


def amiss(roll: Roll, heads: list[Post]) -> None:
    """What the page of a body asks its keeper to look at."""
    found = iter(heads)
    for post, _each in zip(found, range(EXPIRED), strict=False):
        post.term_ends_on = roll.today - timedelta(days=roll.random.randint(10, 400))
        post.starts_on = min(post.starts_on, years_after(post.term_ends_on, -5))
    for post, _each in zip(found, range(OLD), strict=False):
        post.person.birth_year = roll.today.year - roll.random.randint(72, 78)
    for post, number in zip(found, range(OFFICIAL), strict=False):
        post.person.is_official, post.person.is_retired = True, bool(number % 2)
        post.person.employer = "某区直部门（示例）"
    for post, _each in zip(found, range(TWICE), strict=False):
        other = next(found)
        for held in roll.posts:
            if held.organisation_id == other.organisation_id and held.person is other.person:
                held.person = post.person


def named(roll: Roll, body: Organisation) -> None:
    """The body of the sample's own account, complete."""
    since = max(roll.today - timedelta(days=900), body.registered_on or roll.today)
    term = {"term_ends_on": years_after(since, 5), "session": "第三届", "procedure": "council"}
    boss = roll.person(body.legal_representative or "冯示例")
    boss.sex, boss.birth_year, boss.politics, boss.grade = "f", 1984, "party", "worker"
    boss.id_type, boss.id_number = "resident", resident_number("610112198403070")
    boss.employer, boss.education = "秋文社会工作服务中心", "master"
    roll.post(body, "head", boss, since, is_full_time=True, has_contract=True, **term)
    for kind, title in (("chair", "理事长"), ("secretary", "总干事"), ("council", "理事"),
                        ("council", "理事"), ("supervisor", "监事"), ("finance", "会计")):  # fmt: skip
        person = boss if kind == "chair" else roll.person()
        roll.post(body, kind, person, since, title=title, **term)
    for number in range(9):
        roll.post(body, "staff", roll.person(), roll.since(body, 2), is_full_time=number < 7,  # noqa: PLR2004
                  has_contract=True, title="社工")  # fmt: skip
    last = roll.person()
    roll.post(body, "staff", last, since, title="社工", ends_on=roll.today - timedelta(days=40),
              ended_because="resigned")  # fmt: skip


def resident_number(digits: str) -> str:
    """A number with its check digit; the order 070 and the day are invented."""
    first = (digits + "00")[:17]
    total = sum(int(c) * w for c, w in zip(first, WEIGHTS, strict=True))
    return first + CHECKS[total % 11]


def party(scene: Scene, bodies: list[Organisation]) -> Iterator[PartyFact]:
    draw = scene.random
    for number, body in enumerate(bodies[: len(bodies) * 9 // 10]):
        common = {"organisation": body, "starts_on": date(scene.today.year, 1, 10),
                  "recorded_at": scene.now, "activists": draw.randint(0, 2),
                  "applicants": draw.randint(0, 3)}  # fmt: skip
        if number < DUE:
            yield PartyFact(has_organisation=False, no_reason="not_yet", full_time=draw.randint(3, 5),
                            **common)  # fmt: skip
        elif draw.random() < 0.6:  # noqa: PLR2004
            form = draw.choices(["branch", "joint", "temporary"], [6, 3, 1])[0]
            yield PartyFact(has_organisation=True, form=form, full_time=draw.randint(1, 6),
                            part_time=draw.randint(0, 3), probationary=draw.randint(0, 1),
                            affiliation="区社会组织综合党委（示例）", **common)  # fmt: skip
        else:
            none = draw.random() < 0.6  # noqa: PLR2004
            yield PartyFact(has_organisation=False, full_time=0 if none else draw.randint(1, 2),
                            no_reason="no_members" if none else "too_few", **common)  # fmt: skip


def papers(scene: Scene, bodies: list[Organisation]) -> None:
    """Charter and certificate of each; some duplicates run out within the coming four weeks."""
    rows = []
    for number, body in enumerate(bodies):
        since = body.registered_on or date(2016, 1, 4)
        common = {"organisation": body, "state": "valid", "recorded_at": scene.now,
                  "state_since": scene.now, "issuer": "未央区民政局（示例）"}  # fmt: skip
        rows.append(Paper(kind="charter", approved_on=since, **common))
        rows.append(Paper(kind="certificate", number=body.uscc, starts_on=since, **common))
        if body.kind == "MF":
            days = (3, 7, 12, 20, 28, -15)[number] if number < 6 else scene.random.randint(40, 1400)  # noqa: PLR2004
            until = scene.today + timedelta(days=days)
            if body.short_name == NAMED:
                until = scene.today + timedelta(days=25)
            rows.append(Paper(kind="duplicate", number=f"未民证{number + 1:04d}（示例）",
                              starts_on=years_after(until, -4), ends_on=until, **common))  # fmt: skip
    Paper.objects.bulk_create(rows, batch_size=500)


def lately(scene: Scene, bodies: list[Organisation], known: Organisation) -> None:
    """Eight weeks of ordinary work, by the bureau's hand."""
    by, today = scene.by, scene.today
    for number, body in enumerate(bodies[60:64]):
        on = today - timedelta(days=7 * (2 * number + 1))
        row = Organisation.objects.get(pk=body.pk)
        head, at = head_of(body.pk, on=today), moment(on)
        if head is None or head.starts_on >= on:
            continue
        draft = PostDraft(person={"name": f"{SURNAMES[number]}示例新", "sex": "m"}, kind="head",
                          starts_on=on, facts={"procedure": "council"})  # fmt: skip
        change_head(organisation=body.pk, version=row.version, since=head.pk, draft=draft,
                    because="election", by=by, now=at)  # fmt: skip
    for number, body in enumerate([known, *bodies[70:76]]):
        on = today - timedelta(days=6 * number + 1)
        draft = PostDraft(person={"name": f"{SURNAMES[number + 4]}示例近"}, kind="staff", starts_on=on,
                          facts={"is_full_time": True})  # fmt: skip
        add_post(organisation=body.pk, draft=draft, by=by, now=moment(on))
    worker = Post.objects.filter(organisation=bodies[80], kind="staff", ends_on=None).first()
    if worker is not None:
        end_post(pk=worker.pk, on=today, because="transferred", by=by, now=scene.now)
    clubs = [one for one in bodies if one.kind == "ST"][:4]
    for body in clubs:
        text = "\n".join(f"{name}示例{stem} 1390000{place:02d}{n:02d}"
                         for place, name in enumerate(SURNAMES)
                         for n, stem in enumerate(STEMS[:3]))  # fmt: skip
        add_members(organisation=body.pk, kind="member", text=text, starts_on=today - timedelta(days=200),
                    by=by, now=scene.now)  # fmt: skip
        units = "\n".join(
            f"样例{stem}公司 {SURNAMES[n]}示例 1370000000{n}" for n, stem in enumerate(STEMS)
        )
        add_members(organisation=body.pk, kind="unit_member", text=units, by=by, now=scene.now,
                    starts_on=today - timedelta(days=200))  # fmt: skip
    facts = {"has_organisation": True, "form": "branch", "full_time": 4, "part_time": 1,
             "probationary": 1, "affiliation": "张家堡街道党工委（示例）",
             "founded_on": date(2019, 7, 1)}  # fmt: skip
    record_party(
        organisation=known.pk, on=date(today.year, 1, 10), facts=facts, by=by, now=scene.now
    )
    taken = Paper.objects.filter(organisation=bodies[90], kind="certificate").get()
    move_paper(taken.pk, "recall", by=by, now=scene.now, note="样例：限期停止活动期间收缴")
    tied(scene, known)


def tied(scene: Scene, body: Organisation) -> None:
    """The account of the sample's body comes with the post of its head."""
    user = scene.accounts["zuzhi-qiuwen"]
    head = head_of(body.pk, on=scene.today)
    grant = user.grants.filter(node=body.node, role="OADM", ends_on=None).first()
    if head is not None and grant is not None:
        Post.objects.filter(pk=head.pk).update(user=user, grant=grant)


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10, 5)))
