"""Django's settings, read from the environment that `__main__` prepared; importing this makes no file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import dj_database_url

from amplifier.install import database_in

VAR = Path(os.environ.get("AMPLIFIER_VAR", "var"))
DATABASE_URL = os.environ.get("DATABASE_URL", "")
KEY = os.environ.get("AMPLIFIER_KEY", "")

if (_file := database_in(VAR)) is None:
    DATABASES = {"default": {**dj_database_url.parse(DATABASE_URL), "CONN_MAX_AGE": None}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(_file),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE and FULL: see docs/architecture.md, "The database"
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                "PRAGMA journal_size_limit=67108864;",
            },
        }
    }

# Derived, so that one key in the environment is enough; the label keeps it apart from the seal's key.
SECRET_KEY = hashlib.sha256(b"django:" + KEY.encode()).hexdigest()
USE_TZ = True
TIME_ZONE = "UTC"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "amplifier.web.urls"
AUTH_USER_MODEL = "store.Person"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "amplifier.store.apps.StoreConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "amplifier.web.headers.strict_headers",
    "amplifier.web.failures.own_words",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "web" / "pages"],
        "OPTIONS": {"environment": "amplifier.web.environment.environment"},
    }
]
# Cookies know no ports: under a name of its own this one gets into no other program's way on this computer.
CSRF_COOKIE_NAME = "amplifier_form"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "amplifier.web.failures.stale_form"
LOGGING_CONFIG = None
