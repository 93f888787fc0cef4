"""The table of files, and the only ways in and out."""

import hashlib
import os
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from changle.core.files.contents import IMAGE_TYPES, FileType, draw_anew, told
from changle.core.files.names import FileRefused, clean_name
from changle.core.files.plain import PLAIN_TYPES, write_plain
from changle.core.log import record
from changle.core.privacy import Privacy
from changle.core.reach import Actor, Reachable


IMAGES = IMAGE_TYPES
TABLES = frozenset({FileType.XLSX, FileType.XLS, FileType.CSV})
DOCUMENTS = frozenset({FileType.PDF, FileType.DOCX, FileType.TXT}) | TABLES | IMAGES


class Upload(Protocol):
    """What Django hands on of a file in a form."""

    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


class StoredFile(models.Model):
    """A file about a row; whoever may read the row with the permission `needs` may read it."""

    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "public_id",
            "size",
            "sha256",
            "type",
            "subject_label",
            "subject_pk",
            "needs",
            "uploaded_at",
        }
    )

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField("编号", unique=True, editable=False)
    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)
    type = models.CharField("类型", max_length=4, choices=[(each, each) for each in FileType])
    subject_label = models.CharField("对象类型", max_length=60)
    subject_pk = models.CharField("对象编号", max_length=40)
    needs = models.CharField("查看权限", max_length=60)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="上传人",
    )
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "文件"
        indexes = [
            models.Index(fields=["subject_label", "subject_pk", "id"], name="stored_file_subject")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return _place(self.public_id)

    @property
    def mime(self) -> str:
        return FileType(self.type).mime


def _root() -> Path:
    return Path(settings.CHANGLE_DATA) / "files"


def _place(public_id: uuid.UUID) -> Path:
    return _root() / public_id.hex[:2] / public_id.hex


@contextmanager
def _draft() -> Iterator[Path]:
    """A path on the same disk, gone again whatever happens."""
    folder = _root() / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid.uuid4().hex
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def store(
    *,
    upload: Upload,
    subject: Reachable,
    needs: str,
    by: Actor,
    now: datetime,
    allowed: Collection[FileType] = DOCUMENTS,
    plain: bool = False,
) -> StoredFile:
    """Check a file and keep it with the row `subject`, which the caller has reached for writing.

    `needs` is the permission to read it; `plain` takes author, company and dates out of documents,
    as pictures always lose theirs. Raises FileRefused. The file work is done before the
    transaction, so that no writer waits for it; a crash between the two leaves an orphan.
    """
    name = clean_name(upload.name or "")
    ending = name.rpartition(".")[2]
    with _draft() as raw, _draft() as redrawn:
        _receive(upload, raw)
        kind = _checked(raw, ending, allowed)
        ready = _cleaned(raw, kind, redrawn, plain=plain)
        row = StoredFile(
            public_id=uuid.uuid4(),
            name=name,
            size=ready.stat().st_size,
            sha256=_digest(ready),
            type=kind,
            subject_label=subject._meta.label,
            subject_pk=str(subject.pk),
            needs=str(needs),
            uploaded_by_id=by.user_id or None,
            uploaded_at=now,
        )
        _keep(ready, row.path)
    try:
        with transaction.atomic():
            row.save()
            # the log names the row that the file is about, so that its history shows the file
            record(subject, "file", by=by, at=now, changes={"file": [None, name]}, note=row.sha256)
    except BaseException:
        row.path.unlink(missing_ok=True)
        raise
    return row


def _cleaned(raw: Path, kind: FileType, target: Path, *, plain: bool) -> Path:
    """The file without what does not belong to it: as it came, or written anew."""
    if kind in IMAGE_TYPES:
        draw_anew(raw, kind, target)
    elif plain and kind in PLAIN_TYPES:
        write_plain(raw, kind, target)
    else:
        return raw
    return target


def _checked(path: Path, ending: str, allowed: Collection[FileType]) -> FileType:
    kind = told(path, ending)
    if kind not in allowed:
        raise FileRefused(f"这里不能上传 {kind} 文件，请用：{'、'.join(sorted(allowed))}。")
    if not kind.may_be_called(ending):
        raise FileRefused(f"文件名说是 {ending}，内容却是 {kind}，请核对后再上传。")
    return kind


def _receive(upload: Upload, path: Path) -> None:
    """Write the upload down, counting what really comes."""
    size, most = 0, max(each.most_bytes for each in FileType)
    with path.open("wb") as file:
        for piece in upload.chunks():
            size += len(piece)
            if size > most:
                raise FileRefused(f"文件超过 {most // 1024 // 1024} MB。")
            file.write(piece)
    if not size:
        raise FileRefused("文件是空的。")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(draft: Path, place: Path) -> None:
    """Make sure of the bytes first, then of the name."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.chmod(0o600)
    _flush(draft)
    draft.rename(place)
    _flush(place.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def opened(actor: Actor, public_id: uuid.UUID) -> StoredFile:
    """The file, if the actor holds its permission over its row. Raises StoredFile.DoesNotExist."""
    row = StoredFile.objects.get(public_id=public_id)
    model: Any = apps.get_model(row.subject_label)
    if not actor.rows(model, row.needs).filter(pk=row.subject_pk).exists():
        raise StoredFile.DoesNotExist
    return row


def orphans() -> Iterator[Path]:
    """Files on the disk that no row names: left by a crash, safe to remove when an hour old."""
    yield from sorted((_root() / "drafts").glob("*"))
    for path in sorted(_root().glob("??/*")):
        if not _is_named(path.name):
            yield path


def _is_named(name: str) -> bool:
    try:
        public_id = uuid.UUID(hex=name)
    except ValueError:
        return False
    return StoredFile.objects.filter(public_id=public_id).exists()


def lost() -> Iterator[StoredFile]:
    """Rows whose file is missing or changed."""
    for row in StoredFile.objects.order_by("id").iterator():
        if not row.path.is_file() or _digest(row.path) != row.sha256:
            yield row
