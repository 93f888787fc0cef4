"""All settings, read from the environment; `.env.example` names every one."""

import hashlib
from pathlib import Path

from changle.site import environment as env


BASE_DIR = Path(__file__).resolve().parents[2]
env.read_file(BASE_DIR / ".env")
CHANGLE_DATA = env.folder("CHANGLE_DATA", BASE_DIR / "data")
CHANGLE_TESTING = env.switch("CHANGLE_TESTING", default=False)
CHANGLE_DEMO = env.switch("CHANGLE_DEMO", default=False)
CHANGLE_TITLE = env.text("CHANGLE_TITLE", "社会组织培育孵化平台")
CHANGLE_WORKERS = env.number("CHANGLE_WORKERS", 2, least=1, most=64)
CHANGLE_THREADS = env.number("CHANGLE_THREADS", 4, least=1, most=64)
CHANGLE_API_RATE = env.number(
    "CHANGLE_API_RATE", 600, least=1, most=1_000_000
)  # a token's, a minute
CHANGLE_WEBHOOK_HOSTS = env.listing("CHANGLE_WEBHOOK_HOSTS")  # that events may be sent to
CHANGLE_PUBLIC_URL = env.text("CHANGLE_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, least=1, most=65535)

DEBUG = env.switch("CHANGLE_DEBUG", default=False)
SECRET_KEY = env.kept_secret("CHANGLE_SECRET_KEY", CHANGLE_DATA / "keys" / "secret")
_SEAL = env.kept_secret("CHANGLE_SEAL_KEY", CHANGLE_DATA / "keys" / "seal")
_SEAL_OLD = env.listing("CHANGLE_SEAL_OLD_KEYS")  # oldest first, all of them: position is version
CHANGLE_SEAL_KEYS = {
    version: hashlib.sha256(key.encode()).digest()
    for version, key in enumerate([*_SEAL_OLD, _SEAL], start=1)
}
CHANGLE_CRYPTO = env.text("CHANGLE_CRYPTO", "intl")
if CHANGLE_CRYPTO not in {"intl", "gm"}:
    raise env.Nonsense("CHANGLE_CRYPTO", "只能是 intl 或 gm")
ALLOWED_HOSTS = env.listing("CHANGLE_HOSTS", "127.0.0.1,localhost,[::1]")
if CHANGLE_DEMO and HOST not in {"127.0.0.1", "localhost", "::1"}:
    raise env.Nonsense("CHANGLE_DEMO", "演示模式只能在本机地址（127.0.0.1）上运行")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "changle.core",
    "changle.ground.accounts",
    "changle.ground.territory",
    "changle.ground.registry",
    "changle.ground.people",
    "changle.ground.custody",
    "changle.ground.credit",
    "changle.ground.matters",
    "changle.ground.annual",
    "changle.ground.merging",
    "changle.ground.filing",
    "changle.services.commons",
    "changle.services.leases",
    "changle.services.incubation",
    "changle.services.bases",
    "changle.services.exchange",
    "changle.services.activities",
    "changle.oversight.statistics",
    "changle.faces.portal",
    "changle.faces.desk",
    "changle.faces.api",
    "changle.site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "changle.site.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "changle.site.entrance.Entrance",
    "changle.site.middleware.actor",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "changle.site.urls"
WSGI_APPLICATION = "changle.site.wsgi.application"
_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "changle.site.context.surroundings",
            ],
            "builtins": ["changle.core.templatetags.parts", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", CHANGLE_DATA / "changle.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "shared": {  # counts that every process must see, such as failed sign-ins
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": CHANGLE_DATA / "run" / "cache",
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if CHANGLE_TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:arrive"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env.switch("CHANGLE_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
CSRF_TRUSTED_ORIGINS = env.listing("CHANGLE_ORIGINS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "changle.ground.accounts.views.door.locked_out"
AXES_USERNAME_CALLABLE = "changle.ground.accounts.views.door.attempted_name"

ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "changle.ground.accounts.views.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = False  # axes counts, in the database, for all processes
MFA_ADAPTER = "changle.ground.accounts.views.adapter.SecondFactorAdapter"
MFA_TOTP_ISSUER = "长乐"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("CHANGLE_STATIC", CHANGLE_DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files go by core.files
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or CHANGLE_TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or CHANGLE_TESTING
WHITENOISE_AUTOREFRESH = DEBUG or CHANGLE_TESTING
WHITENOISE_MAX_AGE = 3600
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env.text("CHANGLE_SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env.text("CHANGLE_SMTP_HOST")
    EMAIL_PORT = env.number("CHANGLE_SMTP_PORT", 465, least=1, most=65535)
    EMAIL_HOST_USER = env.text("CHANGLE_SMTP_USER")
    EMAIL_HOST_PASSWORD = env.text("CHANGLE_SMTP_PASSWORD")
    EMAIL_USE_SSL = env.switch("CHANGLE_SMTP_SSL", default=True)
DEFAULT_FROM_EMAIL = env.text("CHANGLE_MAIL_FROM", "changle@localhost")
NINJA_PAGINATION_MAX_LIMIT = 200
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # unique whatever the case, by a constraint
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("CHANGLE_LOG_LEVEL", "WARNING")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
