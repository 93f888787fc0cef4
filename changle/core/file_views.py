"""Handing out files."""

from typing import cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from changle.core.access import Request, signed_in
from changle.core.files import IMAGES, FileType, StoredFile, opened


# A sandbox would keep browsers from showing PDF in their own viewer; a PDF runs no script of ours.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@signed_in
@require_safe
def serve(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Hand out one file to whoever reaches the row it is about; strangers find none."""
    try:
        stored = opened(cast("Request", request).actor, public_id)
        content = stored.path.open("rb")
    except (StoredFile.DoesNotExist, FileNotFoundError):
        raise Http404 from None
    shown = stored.type in IMAGES or stored.type == FileType.PDF
    response = FileResponse(
        content, as_attachment=not shown, filename=stored.name, content_type=stored.mime
    )
    sandbox = "" if stored.type == FileType.PDF else "; sandbox"
    response.headers["Content-Security-Policy"] = _POLICY + sandbox
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
