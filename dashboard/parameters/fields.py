"""How the values of parameters are read, refused and described."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

LONGEST_WINDOW = 365
LONGEST_ID = 64

Schema = dict[str, Any]


class DaysField(serializers.IntegerField):
    """A number of days, in ASCII digits and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LONGEST_WINDOW, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
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

    def schema(self) -> Schema:
        """The values in the OpenAPI document."""
        return {"type": "integer", "minimum": self.min_value, "maximum": self.max_value}


class ChoiceField(serializers.ChoiceField):
    """One of a few words; `wrong_code` is the code of the error where it is none of them."""

    def __init__(self, wrong_code: str = "invalid", **options: Any) -> None:
        super().__init__(**options)
        self._wrong_code = wrong_code

    def to_internal_value(self, data: Any) -> Any:
        if data not in self.choices:
            message = not_accepted(str(self.field_name), data, self.choices)
            raise ValidationError(message, code=self._wrong_code)
        return data

    def schema(self) -> Schema:
        """The values in the OpenAPI document."""
        return {"type": "string", "enum": list(self.choices)}


class IdField(serializers.CharField):
    """The id of an entity: any text but NUL. One that names nothing is not an error."""

    def __init__(self, help_text: str) -> None:
        super().__init__(required=False, trim_whitespace=False, help_text=help_text)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and "\0" in data:
            raise ValidationError(
                f"{self.field_name} contains a NUL character; it accepts an id, which has none."
            )
        return super().run_validation(data)

    def schema(self) -> Schema:
        """The values in the OpenAPI document."""
        return {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}


Field = DaysField | ChoiceField | IdField


def not_accepted(name: str, value: str, choices: Iterable[str]) -> str:
    """The message about a word that is none of the choices."""
    return f"{name} is {shown(value)}; it accepts {', '.join(choices)}."


def shown(value: str) -> str:
    """A value as a message shows it: any id in full, and no more than that."""
    return repr(value if len(value) <= LONGEST_ID else value[:LONGEST_ID] + "…")
