"""Query parameters in the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from dashboard.parameters import COMMON, ChoiceField, DaysField, IdField
from dashboard.reports import REGISTRY


def parameter(name: str, field: serializers.Field[Any, Any, Any, Any]) -> OpenApiParameter:
    """The description of a query parameter, with the types that accept it."""
    types = [f"`{kind}`" for kind, service in REGISTRY.items() if name in service.accepts]
    description = str(field.help_text)
    if name not in COMMON:
        description += f" Accepted by: {', '.join(types) or 'no type'}."
    if needed := [f"`{kind}`" for kind, service in REGISTRY.items() if name in service.requires]:
        description += f" Required by: {', '.join(needed)}."
    default = None if field.default is serializers.empty else field.default
    return OpenApiParameter(name, value_schema(field), description=description, default=default)


def value_schema(field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    """The values that a query parameter accepts."""
    match field:
        case DaysField():
            return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
        case ChoiceField():
            return {"type": "string", "enum": list(field.choices)}
        case IdField():
            return {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}
    raise TypeError(f"{field.field_name}: the schema does not know {type(field).__name__}.")
