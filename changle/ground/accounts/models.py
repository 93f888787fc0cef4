from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from changle.core.privacy import Privacy


class UserManager(BaseUserManager):  # type: ignore[type-arg]  # not subscriptable at run time
    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(username__iexact=username)
        return user


class User(AbstractBaseUser):
    """A person with an account; what they may do stands in their grants (territory) alone."""

    privacy: ClassVar[dict[str, Privacy]] = {
        "username": Privacy.P1,
        "name": Privacy.P1,
        "phone": Privacy.P2,
        "email": Privacy.P2,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"password", "last_login", "joined_at", "is_staff_member", "must_change_password",
         "handed_over_at", "is_sample"}
    )  # fmt: skip

    username = models.CharField("用户名", max_length=60)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机号", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("可登录", default=True)
    is_staff_member = models.BooleanField("工作人员（须第二重验证）", default=False)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    joined_at = models.DateTimeField("建立时间")
    handed_over_at = models.DateTimeField("交接时间", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "用户"
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_whatever_case",
                violation_error_message="这个用户名已有人使用。",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name
