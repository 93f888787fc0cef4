"""Courses, their lessons, those who came, and the certificates that everybody may check."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page, public
from changle.core.documents import letter
from changle.core.refusals import Refused
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import (
    add_course,
    add_lesson,
    close_course,
    revoke_certificate,
)
from changle.services.incubation.forms.growing import CourseForm, LessonForm
from changle.services.incubation.forms.intake import WhyForm
from changle.services.incubation.models import Certificate, Course
from changle.services.incubation.queries.learning import (
    EDIT,
    VIEW,
    certificate_seen,
    certificate_told,
    course_seen,
    courses_of,
    learners,
    lessons_of,
    read_certificate,
    sessions_for,
)
from changle.services.incubation.queries.pipeline import centres_of
from changle.services.incubation.views.stages import printed


def course_or_404(request: Request, pk: int, needs: str = VIEW) -> Course:
    row = course_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def course_at(pk: int) -> str:
    return reverse("incubation:course", args=[pk])


@page(VIEW)
@require_safe
def courses(request: Request) -> HttpResponse:
    context = {
        "rows": courses_of(request.actor), "edits": bool(centres_of(request.actor, EDIT)),
    }  # fmt: skip
    return render(request, "incubation/courses.html", context)


@page(EDIT)
def course_add(request: Request) -> HttpResponse:
    form = CourseForm(request.POST or None, centres=centres_of(request.actor, EDIT))
    sheet = Sheet(heading="开设课程", button="开设", done="已开设，请加课次。",
                  back=reverse("incubation:courses"), leads=lambda new: course_at(new.pk))  # fmt: skip
    return fill(request, form, sheet, lambda: add_course(
        centre=form.cleaned_data["centre"], syllabus=form.syllabus(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(VIEW)
def course(request: Request, pk: int) -> HttpResponse:
    return shown(request, course_or_404(request, pk))


def shown(request: Request, row: Course, *, refusal: str = "", status: int = 200) -> HttpResponse:
    house = request.actor.reaches(row, EDIT)
    context = {
        "row": row, "lessons": lessons_of(row), "house": house, "refusal": refusal,
        "learners": learners(row) if house else [],
    }  # fmt: skip
    return render(request, "incubation/course.html", context, status=status)


@page(EDIT)
def lesson_add(request: Request, pk: int) -> HttpResponse:
    row = course_or_404(request, pk, EDIT)
    offered = [
        (one.pk, f"{timezone.localtime(one.starts_at):%Y-%m-%d %H:%M} {one}")
        for one in sessions_for(row, request.actor)
    ]
    form = LessonForm(request.POST or None, sessions=offered)
    sheet = Sheet(heading=f"{row}：加一次课", button="加入", done="已加入。", back=course_at(pk))
    return fill(request, form, sheet, lambda: add_lesson(
        course=pk, session=form.cleaned_data["session"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
@require_POST
def closing(request: Request, pk: int) -> HttpResponse:
    row = course_or_404(request, pk, EDIT)
    try:
        close_course(course=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return shown(request, row, refusal=str(refusal), status=409)
    return redirect(course_at(pk))


def certificate_or_404(request: Request, pk: int) -> Certificate:
    row = certificate_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(EDIT)
@require_safe
def certificate_file(request: Request, pk: int) -> HttpResponse:
    """With the name in clear, and so logged."""
    row = certificate_or_404(request, pk)
    if row.revoked_on is not None:
        raise Http404
    address = f"{settings.CHANGLE_PUBLIC_URL}{reverse('incubation:verify', args=[row.code])}"
    holder = read_certificate(row, by=request.actor, now=timezone.now())
    return printed(request, course_at(row.course_id), f"certificate-{row.code}.pdf", lambda: letter(
        title="结业证书", number=f"校验码 {row.code}",
        paragraphs=[
            f"{holder}参加“{row.course.title}”，学习 {row.minutes / 60:.1f} 小时，准予结业。",
            f"主要内容：{row.course.content}",
            f"扫描二维码，或打开 {address}，可以核对。",
        ],
        signed=row.course.organiser, dated=row.issued_on, qr_url=address,
    ))  # fmt: skip


@page(EDIT)
def revoking(request: Request, pk: int) -> HttpResponse:
    row, form = certificate_or_404(request, pk), WhyForm(request.POST or None)
    sheet = Sheet(heading=f"撤销证书：{row}", button="撤销", grave=True, done="已撤销。",
                  back=course_at(row.course_id), about="公开核对页会写明已撤销。")  # fmt: skip
    return fill(request, form, sheet, lambda: revoke_certificate(
        pk=pk, because=form.cleaned_data["because"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@public
def verify(request: Request, code: str) -> HttpResponse:
    """What a certificate's QR leads to; the name masked, and no list of codes."""
    told = certificate_told(code.strip().lower())
    context = {"told": told}
    return render(request, "incubation/verify.html", context, status=200 if told else 404)
