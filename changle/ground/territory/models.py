from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.privacy import Privacy
from changle.core.reach import Reachable, TreePath
from changle.ground.territory.roles import ROLE_CHOICES, ROLES


class Node(Reachable):
    """A place or body in the one tree: district, street, community, centre, organisation.

    Official region codes are dated attributes (`NodeCode`), never the key.
    """

    class Kind(models.TextChoices):
        DISTRICT = "district", "区"
        DEPARTMENT = "department", "部门"
        STREET = "street", "街道"
        COMMUNITY = "community", "社区"
        CENTRE = "centre", "中心"
        ORGANISATION = "organisation", "组织"

    anchors = ("path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "short_name": Privacy.P0,
        "pinyin": Privacy.P0,
        "residence": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"kind", "path", "starts_on", "ends_on", "sort", "tile_row", "tile_column", "is_sample"}
    )

    class Residence(models.TextChoices):
        URBAN = "urban", "城镇社区"
        RURAL = "rural", "村"

    kind = models.CharField("类别", max_length=20, choices=Kind)
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    pinyin = models.CharField("拼音", max_length=400, blank=True)
    residence = models.CharField("城乡", max_length=10, choices=Residence, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = TreePath("路径", unique=True, null=True)
    sort = models.PositiveIntegerField("次序", default=0)
    # Where a street stands on the schematic map of its district, from the upper left, from 1.
    tile_row = models.PositiveSmallIntegerField("示意图行", null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField("示意图列", null=True, blank=True)
    starts_on = models.DateField("设立日期", null=True, blank=True)
    ends_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors",
        verbose_name="承接单位",
    )  # fmt: skip
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "辖区节点"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="node_ends_after_it_starts",
                violation_error_message="撤销日期应晚于设立日期。",
            ),
            models.UniqueConstraint(
                fields=["parent", "kind", "name"],
                condition=Q(ends_on__isnull=True) & ~Q(kind="organisation"),
                name="node_name_once_under_parent",
                violation_error_message="同一上级下已有同名节点。",
            ),
        ]
        indexes = [models.Index(fields=["kind", "path"], name="node_kind_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name


class NodeCode(models.Model):
    """An official code of a node for a time, in one code system.

    Two systems give the same number to different streets, so a code never stands without its
    system: `stats` is the statistical code (NBS), `portal` that of the city's service portal,
    `civil` GB/T 2260 with the civil-affairs extension.
    """

    class System(models.TextChoices):
        STATS = "stats", "统计用区划代码"
        PORTAL = "portal", "政务服务区划代码"
        CIVIL = "civil", "民政区划代码"

    privacy: ClassVar[dict[str, Privacy]] = {"code": Privacy.P0, "note": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"system", "starts_on", "ends_on"})

    node = models.ForeignKey(Node, models.CASCADE, related_name="codes", verbose_name="节点")
    system = models.CharField("代码体系", max_length=10, choices=System)
    code = models.CharField("代码", max_length=12)
    starts_on = models.DateField("启用日期")
    ends_on = models.DateField("停用日期", null=True, blank=True)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = "区划代码"
        constraints = [
            NoOverlap(
                name="code_means_one_node_at_a_time",
                scope=("system", "code"),
                start="starts_on",
                end="ends_on",
                violation_error_message="这段时间里，该代码已属于另一个节点。",
            ),
            NoOverlap(
                name="node_has_one_code_at_a_time",
                scope=("system", "node"),
                start="starts_on",
                end="ends_on",
                violation_error_message="这段时间里，该节点在此体系中已有代码。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="code_ends_after_it_starts",
                violation_error_message="停用日期应晚于启用日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.code}"


class Grant(Reachable):
    """One person holds one role at one node for a time (half open: on `ends_on` it is over)."""

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"post": Privacy.P1, "reason": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"role", "starts_on", "ends_on", "recorded_at"})

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants", verbose_name="用户"
    )
    node = models.ForeignKey(Node, models.PROTECT, related_name="grants", verbose_name="范围")
    role = models.CharField("角色", max_length=10, choices=ROLE_CHOICES)
    post = models.CharField("岗位", max_length=60, blank=True)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日失效）", null=True, blank=True)
    reason = models.CharField("依据", max_length=200, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="授权人"
    )
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="grant_ends_after_it_starts",
                violation_error_message="止期不能早于起期。",
            ),
            NoOverlap(
                name="grant_once_at_a_time",
                scope=("user", "node", "role"),
                start="starts_on",
                end="ends_on",
                violation_error_message="此人在这段时间已有同样的授权。",
            ),
        ]
        indexes = [models.Index(fields=["user", "starts_on", "ends_on"], name="grant_of_user")]

    def __str__(self) -> str:
        return f"{self.user} · {ROLES[self.role].name} · {self.node}"

    @property
    def role_name(self) -> str:
        return ROLES[self.role].name
