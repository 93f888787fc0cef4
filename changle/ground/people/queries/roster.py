"""The people of one body as its page shows them."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.core.sealed import mask_id, mask_phone
from changle.core.sheets import Column
from changle.ground.people.models import JOINED, KINDS, Group, PartyFact, Person, Post
from changle.ground.people.queries.elsewhere import Office, in_office_elsewhere
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


verbs.update(
    {"add_post": "任职", "edit_post": "修改任职", "end_post": "离任", "edit_person": "修改人员信息",
     "merge_people": "合并人员", "read_number": "查看证件号码", "give_access": "随任职授权",
     "add_members": "录入名单", "export_members": "导出名单", "record_party": "登记党建情况",
     "add_paper": "登记证照", "edit_paper": "修改证照"}
)  # fmt: skip
MOST_JOINED = 100  # members and volunteers on one page; the rest are found by searching
MOST_FORMER = 100
ORDER = {code: place for place, code in enumerate(KINDS)}


@dataclass(frozen=True)
class Line:
    post: Post
    elsewhere: list[Office]
    phone: str  # masked
    over: bool  # the term has run out
    to_come: bool


@dataclass
class Part:
    """One group of people, the present ones first."""

    group: Group
    lines: list[Line] = field(default_factory=list)
    former: list[Post] = field(default_factory=list)
    count: int = 0  # of those present, shown or not

    @property
    def hidden(self) -> int:
        return self.count - len(self.lines)


def body_seen(actor: Actor, pk: int, needs: str = Permission.PEOPLE_VIEW) -> Organisation | None:
    rows = actor.rows(Organisation, needs)
    return rows.select_related("node", "street", "community").filter(pk=pk).first()


def posts_of(actor: Actor, organisation: int) -> "QuerySet[Post]":
    """The posts of a body, those entered by mistake left out, numbers left sealed."""
    rows = actor.rows(Post, Permission.PEOPLE_VIEW).filter(organisation_id=organisation)
    rows = rows.exclude(ended_because=Post.Ending.MISTAKE)
    return rows.select_related("person").defer("person__id_number")


def roster(actor: Actor, organisation: int, *, q: str, on: date) -> list[Part]:
    """The parts of a body's people; in a fixed number of queries, whatever their number."""
    rows = posts_of(actor, organisation)
    if q:
        words = Q(person__name__icontains=q) | Q(person__pinyin__icontains=q.lower())
        rows = rows.filter(words | Q(unit_name__icontains=q))
    present = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    shown = list(present.exclude(kind__in=JOINED).order_by("person__pinyin", "pk"))
    joined = present.filter(kind__in=JOINED).order_by("kind", "person__pinyin", "pk")
    shown += list(joined[:MOST_JOINED])
    former = list(rows.filter(ends_on__lte=on).order_by("-ends_on", "-pk")[:MOST_FORMER])
    counts = present.order_by().values("kind").annotate(count=Count("pk"))
    offices = in_office_elsewhere({p.person_id for p in shown}, on=on, besides=organisation)
    parts = {group: Part(group) for group in Group}
    for post in sorted(shown, key=lambda post: ORDER[post.kind]):
        parts[post.group].lines.append(line_of(post, offices.get(post.person_id, []), on))
    for post in former:
        parts[post.group].former.append(post)
    for row in counts:
        parts[KINDS[row["kind"]].group].count += row["count"]
    return list(parts.values())


def line_of(post: Post, elsewhere: list[Office], on: date) -> Line:
    return Line(
        post=post,
        elsewhere=elsewhere,
        phone=mask_phone(post.person.phone),
        over=post.group in TERMED and post.term_over_on <= on,
        to_come=post.starts_on > on,
    )


# Groups whose posts are for a term.
TERMED = (Group.OFFICERS, Group.COUNCIL, Group.SUPERVISORS)


def post_seen(actor: Actor, pk: int, needs: str = Permission.PEOPLE_VIEW) -> Post | None:
    rows = actor.rows(Post, needs).select_related(
        "person", "organisation__node", "organisation__street", "grant__user", "user"
    )
    return rows.filter(pk=pk).first()


def personal(person: Person, *, clear: bool) -> list[tuple[str, str]]:
    """What is known of a person; to others than the handler, personal facts with a mask or not."""
    masked = mask_id(person.id_number) if person.id_number else ""
    told = [
        ("性别", person.get_sex_display()),
        ("电话", person.phone if clear else mask_phone(person.phone)),
        ("证件", f"{person.get_id_type_display()} {masked}" if masked else ""),
        ("学历", person.get_education_display()),
        ("社会工作者职业水平", person.get_grade_display()),
        ("工作单位及职务", person.employer),
        ("党政机关领导干部", official_words(person)),
    ]
    if clear:
        told[1:1] = [("出生年份", f"{person.birth_year} 年" if person.birth_year else "")]
        told += [
            ("电子邮箱", person.email),
            ("政治面貌", person.get_politics_display()),
            ("备注", person.note),
        ]
    return [(label, value) for label, value in told if value]


def official_words(person: Person) -> str:
    if not person.is_official:
        return "已退休" if person.is_retired else ""
    return "，".join(
        filter(None, ("是", person.official_rank, "已退休" if person.is_retired else ""))
    )


def told_post(post: Post) -> list[tuple[str, str]]:
    """The post itself, in the order of its form."""
    until = (
        f"{post.ends_on}（{post.get_ended_because_display() or '约定'}）" if post.ends_on else ""
    )
    told = [
        ("职务", post.label),
        ("会员单位", post.unit_name),
        ("任职日期", str(post.starts_on)),
        ("离任日期", until),
        ("届次", post.session),
        ("连任届数", str(post.term) if post.term else ""),
        ("届满日期", str(post.term_over_on) if post.group in TERMED else ""),
        ("产生方式", post.get_procedure_display()),
        ("用工", "专职" if post.is_full_time else ""),
        ("劳动合同", "已签" if post.has_contract else ""),
        ("说明", post.note),
    ]
    return [(label, value) for label, value in told if value]


def history_of_post(post: Post) -> "QuerySet[LogEntry]":
    rows = LogEntry.objects.filter(subject_label=Post._meta.label, subject_id=str(post.pk))
    return rows.order_by("-id")[:50]


def party_of(actor: Actor, organisation: int) -> list[PartyFact]:
    """The statements on party building, the newest first."""
    rows = actor.rows(PartyFact, Permission.PEOPLE_VIEW).filter(organisation_id=organisation)
    return list(
        rows.select_related("leader").defer("leader__id_number").order_by("-starts_on", "-pk")[:20]
    )


def leaders_of(actor: Actor, organisation: int, *, on: date) -> list[tuple[int, str]]:
    """Who may be named as head of the party organisation: those at work or in office there."""
    rows = posts_of(actor, organisation).exclude(kind__in=JOINED)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    found = rows.order_by("person__pinyin", "pk")
    return list(dict(found.values_list("person_id", "person__name")).items())


MEMBER_COLUMNS = [
    Column("kind", "类别", "text", 12),
    Column("name", "姓名", "text", 14),
    Column("unit", "会员单位", "text", 30),
    Column("phone", "电话（掩码）", "code", 16),
    Column("starts_on", "加入日期", "date", 12),
    Column("ends_on", "退出日期", "date", 12),
]


def member_rows(actor: Actor, organisation: int, *, on: date) -> list[dict[str, object]]:
    """The present members and volunteers as lines of a table, their phones masked."""
    rows = posts_of(actor, organisation).filter(kind__in=JOINED)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    return [
        {
            "kind": KINDS[post.kind].label,
            "name": post.person.name,
            "unit": post.unit_name,
            "phone": mask_phone(post.person.phone),
            "starts_on": post.starts_on,
            "ends_on": post.ends_on,
        }
        for post in rows.order_by("kind", "person__pinyin", "pk")
    ]
