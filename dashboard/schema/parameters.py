"""Query parameters in the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from dashboard.parameters.declared import GROUP_BY, PARAMETERS, Parameter
from dashboard.parameters.request import ParametersSerializer
from dashboard.reports import REPORTS


def parameters() -> list[OpenApiParameter]:
    """The descriptions of all query parameters."""
    declared = {parameter.name: parameter for parameter in PARAMETERS}
    return [
        _described(name, field, declared.get(name))
        for name, field in ParametersSerializer().fields.items()
    ]


def _described(name: str, field: Any, parameter: Parameter | None) -> OpenApiParameter:
    """A description with the types that accept the parameter; all do if it is not declared."""
    description = str(field.help_text)
    if parameter is GROUP_BY:
        description += f": {'; '.join(_groupings())}."
    if parameter is not None:
        types = [f"`{report.name}`" for report in REPORTS if parameter in report.accepts]
        description += f" Accepted by: {', '.join(types) or 'no type'}."
        if needed := [f"`{report.name}`" for report in REPORTS if parameter in report.requires]:
            description += f" Required by: {', '.join(needed)}."
    default = None if field.default is serializers.empty else field.default
    return OpenApiParameter(name, field.schema(), description=description, default=default)


def _groupings() -> list[str]:
    return [
        f"`{report.name}` accepts {', '.join(report.groups)}"
        + (f" (default {report.default_grouping})" if report.default_grouping else "")
        for report in REPORTS
        if report.groups
    ]
