from typing import ClassVar

from django.conf import settings
from django.db import models

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.ground.registry.models.organisation import Organisation
from changle.ground.territory.models import Node


class ImportBatch(Stateful):
    """A spreadsheet on its way into the registry; undone as a whole, or not at all."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        CHECKED = "checked", "已试算"
        IMPORTING = "importing", "导入中"
        IMPORTED = "imported", "已导入"
        FAILED = "failed", "未导入"
        UNDONE = "undone", "已撤销"
        DISCARDED = "discarded", "已放弃"

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"file_name": Privacy.P1, "title": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"file_id", "sheet", "mapping", "options", "counts", "created_at", "state", "state_since",
         "due_on"}
    )  # fmt: skip

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="导入到")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    file_id = models.UUIDField(null=True)
    file_name = models.CharField("文件", max_length=160)
    title = models.CharField("标题", max_length=200, blank=True)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    options = models.JSONField("选项", default=dict)
    counts = models.JSONField("计数", default=dict)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "导入批次"

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of the sheet: as it stood, what is made of it, and why it was refused or doubtful."""

    class Verdict(models.TextChoices):
        NEW = "new", "新增"
        UPDATE = "update", "更新"
        SAME = "same", "无变化"
        DOUBTFUL = "doubtful", "存疑"
        REFUSED = "refused", "拒绝"
        SKIPPED = "skipped", "非数据行"

    privacy: ClassVar[dict[str, Privacy]] = {
        "cells": Privacy.P1,
        "values": Privacy.P1,
        "before": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"number", "verdict", "reasons", "applied"})

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    cells = models.JSONField("原文", default=list)
    values = models.JSONField("取值", default=dict)
    verdict = models.CharField("判断", max_length=10, choices=Verdict)
    reasons = models.JSONField("原因", default=list)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="+", verbose_name="组织"
    )
    before = models.JSONField("导入前", default=dict)  # field -> value, to undo an update
    applied = models.BooleanField("已写入", default=False)

    class Meta:
        verbose_name = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
