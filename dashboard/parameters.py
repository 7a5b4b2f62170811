"""The parameters of a question, as they come in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from dashboard.errors import UNKNOWN_TYPE
from dashboard.reports import REGISTRY
from dashboard.reports.base import Report

LONGEST_WINDOW = 365
LONGEST_ID = 64
DEFAULT_TYPE = "summary"
DEFAULT_DAYS = 7
JSON = "json"
CSV = "csv"
# Parameters that every type has a use for: which type it is, and how its answer is sent.
COMMON = ("type", "format")


class DaysField(serializers.IntegerField):
    """A number of days, in ASCII digits and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LONGEST_WINDOW, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The number. Raises ValidationError."""
        if data is serializers.empty:
            return super().run_validation(data)
        digits = data.lstrip("0") or "0"
        accepted = data.isascii() and data.isdigit() and len(digits) <= len(str(LONGEST_WINDOW))
        if not accepted or not 1 <= int(digits) <= LONGEST_WINDOW:
            raise ValidationError(
                f"{self.field_name} is {shown(data)}; it accepts a whole number from 1 to "
                f"{LONGEST_WINDOW}, in digits."
            )
        return int(digits)


class ChoiceField(serializers.ChoiceField):
    """One of a few words; `wrong_code` is the code of the error where it is none of them."""

    def __init__(self, wrong_code: str = "invalid", **options: Any) -> None:
        super().__init__(**options)
        self._wrong_code = wrong_code

    def to_internal_value(self, data: Any) -> Any:
        """The word. Raises ValidationError."""
        if data not in self.choices:
            message = not_accepted(str(self.field_name), data, self.choices)
            raise ValidationError(message, code=self._wrong_code)
        return data


class IdField(serializers.CharField):
    """The id of an entity: any text but NUL. One that names nothing is not an error."""

    def __init__(self, help_text: str) -> None:
        super().__init__(required=False, trim_whitespace=False, help_text=help_text)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The id. Raises ValidationError."""
        if data is not serializers.empty and "\0" in data:
            raise ValidationError(
                f"{self.field_name} contains a NUL character; it accepts an id, which has none."
            )
        return super().run_validation(data)


@dataclass(frozen=True)
class Parameters:
    """What is asked for: the given parameters by name, and those that the type has no use for."""

    name: str
    service: type[Report]
    given: dict[str, Any]
    ignored: list[str]
    format: str | None = None

    @property
    def days(self) -> int:
        """The length of the window."""
        return int(self.given.get("days", DEFAULT_DAYS))

    @property
    def baseline_days(self) -> int:
        """The length of the baseline window."""
        return int(self.given.get("baselineDays", self.days))

    @property
    def group_by(self) -> str | None:
        """The dimension to group by, as the type understands it."""
        return self.given.get("groupBy", self.service.default_grouping)


class ParametersSerializer(serializers.Serializer[Parameters]):
    """Validates each known parameter, whether the type uses it or not."""

    type = ChoiceField(
        choices=list(REGISTRY),
        default=DEFAULT_TYPE,
        wrong_code=UNKNOWN_TYPE,
        help_text="What to answer.",
    )
    days = DaysField(
        default=DEFAULT_DAYS,
        help_text="Length of the window: the N calendar days in the reporting time zone that end "
        "today, today included.",
    )
    modelId = IdField("The model to look at, whatever its status (else all active ones).")
    groupBy = ChoiceField(
        choices=sorted({name for service in REGISTRY.values() for name in service.groupings}),
        required=False,
        help_text="The dimension to group by: "
        + "; ".join(
            f"`{name}` accepts {', '.join(service.groupings)}"
            + (f" (default {service.default_grouping})" if service.default_grouping else "")
            for name, service in REGISTRY.items()
            if service.groupings
        )
        + ".",
    )
    filterId = IdField("With groupBy: only the group of this id.")
    segmentId = IdField("Only the members of this materialised segment, with all their history.")
    channelId = IdField("Only what happened in this channel.")
    categoryId = IdField("Only the offers of this category.")
    decisionFlowId = IdField("Only the decisions of this flow.")
    offerId = IdField("The offer to explain.")
    baselineDays = DaysField(
        required=False,
        help_text="Length of the baseline window just before the window; default: as days.",
    )
    format = ChoiceField(
        choices=[JSON, CSV],
        required=False,
        help_text="How to send the answer; default: CSV for a client whose Accept header prefers "
        "`text/csv`, JSON for any other. Errors are JSON.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """The given parameters. Raises ValidationError for one that is given twice."""
        for name in self.fields:
            if len(data.getlist(name)) > 1:
                raise ValidationError({str(name): f"{name} is given more than once; give it once."})
        # Empty is absent.
        return super().to_internal_value({key: value for key, value in data.items() if value})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not go together with the type."""
        service = REGISTRY[attrs["type"]]
        grouping = attrs.get("groupBy")
        if service.groupings and grouping and grouping not in service.groupings:
            raise ValidationError({"groupBy": not_accepted("groupBy", grouping, service.groupings)})
        if "filterId" in service.accepts and "filterId" in attrs and not grouping:
            raise ValidationError(
                {"filterId": "filterId needs groupBy: it is an id of the dimension to group by."}
            )
        for name in service.requires:
            if name not in attrs:
                raise ValidationError(
                    {name: f"{name} is missing; {attrs['type']} needs the id of one."}
                )
        return attrs

    def parameters(self) -> Parameters:
        """The parameters. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        given = dict(self.validated_data)
        name, presentation = (given.pop(common, None) for common in COMMON)
        service = REGISTRY[name]
        accepted = {key: value for key, value in given.items() if key in service.accepts}
        present = [key for key in self.initial_data if self.initial_data[key] and key in given]
        ignored = [key for key in present if key not in service.accepts]
        return Parameters(name, service, accepted, ignored, presentation)


def not_accepted(name: str, value: str, choices: Iterable[str]) -> str:
    """The message about a word that is none of the choices."""
    return f"{name} is {shown(value)}; it accepts {', '.join(choices)}."


def shown(value: str) -> str:
    """A value as a message shows it: any id in full, and no more than that."""
    return repr(value if len(value) <= LONGEST_ID else value[:LONGEST_ID] + "…")
