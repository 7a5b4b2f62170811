"""The dashboard with little in it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.dashboard.examples import CATALOGUE, Example
from tests.support.loading import empty_database


@pytest.fixture
def empty_example(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Example]:
    """Nothing at all, committed, since answers are read over a connection of their own."""
    with django_db_blocker.unblock():
        try:
            client = Client()
            client.force_login(User.objects.create_superuser("someone"))
            yield Example(client)
        finally:
            empty_database()
            User.objects.all().delete()
            Session.objects.all().delete()
            cache.clear()


@pytest.fixture
def example(empty_example: Example) -> Example:
    """The catalogue, and nothing that has happened."""
    empty_example.add(**CATALOGUE)
    return empty_example
