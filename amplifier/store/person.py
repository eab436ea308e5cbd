"""The user model, which Django asks for before there is anybody to log in."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    """Somebody of the team. The user model must stand from the first migration on; log-in comes later."""

    name = models.CharField(max_length=100, unique=True)
    USERNAME_FIELD = "name"

    class Meta:
        db_table = "people"
