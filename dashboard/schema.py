"""The endpoint's OpenAPI schema."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def document(view: F) -> F:
    """Describe the endpoint."""
    return view
