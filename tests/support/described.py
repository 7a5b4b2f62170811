"""What the OpenAPI schema says of answers, for tests that compare the two."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS31Validator

from dashboard.schema.answers import component


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


def operation() -> dict[str, Any]:
    """The description of the endpoint."""
    found: dict[str, Any] = described()["paths"]["/api/v1/dashboard-data"]["get"]
    return found


def faults(kind: str, answer: Any) -> list[str]:
    """Where an answer of a type is not as described; fields that are not described are a fault."""
    schema = {
        "$ref": f"#/components/schemas/{component(kind)}",
        "components": _closed(described()["components"]),
    }
    validator = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


def _closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(inner) for key, inner in schema.items()}
    if schema.get("type") == "object":
        closed["additionalProperties"] = False
    return closed
