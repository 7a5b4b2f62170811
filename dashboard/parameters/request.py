"""The parameters of a question, as they come in the address, and the rules between them."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from dashboard.errors import UNKNOWN_TYPE
from dashboard.parameters.declared import (
    BASELINE_DAYS,
    DAYS,
    DEFAULT_DAYS,
    FILTER,
    GROUP_BY,
    PARAMETERS,
    Parameter,
)
from dashboard.parameters.fields import ChoiceField, not_accepted
from dashboard.reports import REGISTRY
from dashboard.reports.base import Report

DEFAULT_TYPE = "summary"
JSON = "json"
CSV = "csv"


@dataclass(frozen=True)
class Parameters:
    """The values given for a report, and the names of parameters that it does not accept."""

    report: type[Report]
    given: dict[Parameter, Any]
    ignored: list[str]
    format: str | None = None

    @property
    def days(self) -> int:
        """The length of the window."""
        return int(self.given.get(DAYS, DEFAULT_DAYS))

    @property
    def baseline_days(self) -> int:
        """The length of the baseline window."""
        return int(self.given.get(BASELINE_DAYS, self.days))

    @property
    def group_by(self) -> str | None:
        """The dimension to group by, as the type understands it."""
        return self.given.get(GROUP_BY, self.report.default_grouping)


class ParametersSerializer(serializers.Serializer[Parameters]):
    """Validates each known parameter, whether the type uses it or not."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The type, the declared parameters, and how the answer is sent."""
        return {
            "type": ChoiceField(
                choices=list(REGISTRY),
                default=DEFAULT_TYPE,
                wrong_code=UNKNOWN_TYPE,
                help_text="What to answer.",
            ),
            **{parameter.name: deepcopy(parameter.field) for parameter in PARAMETERS},
            "format": ChoiceField(
                choices=[JSON, CSV],
                required=False,
                help_text="How to send the answer; default: CSV for a client whose Accept header "
                "prefers `text/csv`, JSON for any other. Errors are JSON.",
            ),
        }

    def to_internal_value(self, data: Any) -> Any:
        """The given values. Raises ValidationError for a parameter that is given twice."""
        for name in self.fields:
            if len(data.getlist(name)) > 1:
                raise ValidationError({str(name): f"{name} is given more than once; give it once."})
        # Empty is absent.
        return super().to_internal_value({key: value for key, value in data.items() if value})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the rules between parameters, all of which are here."""
        report = REGISTRY[attrs["type"]]
        grouping = attrs.get(GROUP_BY.name)
        if report.groups and grouping and grouping not in report.groups:
            message = not_accepted(GROUP_BY.name, grouping, report.groups)
            raise ValidationError({GROUP_BY.name: message})
        if FILTER in report.accepts and FILTER.name in attrs and not grouping:
            raise ValidationError(
                {FILTER.name: "filterId needs groupBy: it is an id of the dimension to group by."}
            )
        for needed in report.requires:
            if needed.name not in attrs:
                message = f"{needed.name} is missing; {report.name} needs the id of one."
                raise ValidationError({needed.name: message})
        return attrs

    def parameters(self) -> Parameters:
        """The parameters. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        values = self.validated_data
        report = REGISTRY[values["type"]]
        given = {
            parameter: values[parameter.name]
            for parameter in report.accepts
            if parameter.name in values
        }
        accepted = {parameter.name for parameter in report.accepts}
        known = {parameter.name for parameter in PARAMETERS}
        ignored = [
            name
            for name in self.initial_data
            if self.initial_data[name] and name in known - accepted
        ]
        return Parameters(report, given, ignored, values.get("format"))
