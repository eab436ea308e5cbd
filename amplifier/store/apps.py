"""The one Django app: the ledger."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Names the app `store`, so that tables are the nouns of the design."""

    name = "amplifier.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
