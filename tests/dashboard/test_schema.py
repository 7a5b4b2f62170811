"""The OpenAPI schema is valid, complete and true, and so are its examples."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from config import __version__
from dashboard.errors import CODES, UNKNOWN_TYPE
from dashboard.parameters.declared import Parameter
from dashboard.parameters.request import ParametersSerializer
from dashboard.presentation import AROUND
from dashboard.reports import REGISTRY
from dashboard.schema.answers import component
from dashboard.schema.examples import example
from tests.support.described import described, faults, operation
from tests.support.ingesting import ROOT


def names_of(parameters: Iterable[Parameter]) -> list[str]:
    return [parameter.name for parameter in parameters]


def test_document_is_valid_openapi() -> None:
    document = described()
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_version_is_that_of_the_product_and_has_a_section_in_the_changelog() -> None:
    assert described()["info"]["version"] == __version__
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(
        rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE
    )


def test_generator_has_nothing_to_complain_about(tmp_path: Any) -> None:
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml")
    )


def test_schema_is_json_unless_yaml_is_asked_for() -> None:
    plain = Client().get("/api/v1/schema/")
    assert plain["content-type"].startswith("application/json")
    asked = Client().get("/api/v1/schema/", headers={"accept": "application/yaml"})
    assert yaml.safe_load(asked.content) == plain.json() == described()


def test_every_parameter_is_described() -> None:
    queries = [entry for entry in operation()["parameters"] if entry["in"] == "query"]
    assert [entry["name"] for entry in queries] == list(ParametersSerializer().fields)
    by_name = {entry["name"]: entry for entry in queries}
    assert by_name["type"]["schema"] == {
        "type": "string",
        "enum": list(REGISTRY),
        "default": "summary",
    }
    assert by_name["days"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 365,
        "default": 7,
    }
    assert by_name["format"]["schema"] == {"type": "string", "enum": ["json", "csv"]}
    for name, entry in by_name.items():
        assert not entry.get("required", False)
        for kind, report in REGISTRY.items():
            accepted_by = entry["description"].partition("Accepted by:")[2]
            assert (f"`{kind}`" in accepted_by) == (name in names_of(report.accepts))


@pytest.mark.parametrize("kind", REGISTRY)
def test_example_is_an_answer_of_its_type_and_of_no_other(kind: str) -> None:
    assert faults(kind, example(REGISTRY[kind])) == []
    references = operation()["responses"]["200"]["content"]["application/json"]["schema"]
    document = {**references, "components": described()["components"]}
    assert OAS31Validator(document).is_valid(example(REGISTRY[kind]))
    other = {**example(REGISTRY[kind]), "type": "no such type"}
    assert not OAS31Validator(document).is_valid(other)


@pytest.mark.parametrize("kind", REGISTRY)
def test_description_of_a_type_is_its_docstring(kind: str) -> None:
    answer = described()["components"]["schemas"][component(kind)]
    assert (
        answer["description"].partition("\n")[0] == str(REGISTRY[kind].__doc__).partition("\n")[0]
    )
    assert answer["properties"]["type"] == {"type": "string", "const": kind}


def test_every_error_is_described_with_an_example_and_its_headers() -> None:
    responses = operation()["responses"]
    assert set(responses) == {"200", "304", *map(str, CODES)}
    schemas = described()["components"]["schemas"]
    assert set(schemas["ErrorDetail"]["properties"]["code"]["enum"]) == {
        UNKNOWN_TYPE,
        *CODES.values(),
    }
    document = {"$ref": "#/components/schemas/Error", "components": {"schemas": schemas}}
    for status, code in CODES.items():
        [shown] = responses[str(status)]["content"]["application/json"]["examples"].values()
        assert OAS31Validator(document).is_valid(shown["value"])
        assert shown["value"]["error"]["status"] == status
        assert shown["value"]["error"]["code"] == code
    headers = {status: [*response.get("headers", {})] for status, response in responses.items()}
    assert {status: names for status, names in headers.items() if names} == {
        "200": ["ETag", "Content-Disposition", *(header for _, header, _ in AROUND)],
        "304": ["ETag"],
        "401": ["WWW-Authenticate"],
        "405": ["Allow"],
        "429": ["Retry-After"],
        "503": ["Retry-After"],
    }


@pytest.mark.parametrize("kind", REGISTRY)
def test_csv_is_described_by_its_columns_with_an_example(kind: str) -> None:
    [schema, examples] = (
        operation()["responses"]["200"]["content"]["text/csv"][part]
        for part in ("schema", "examples")
    )
    assert schema["type"] == "string"
    [example_text] = [shown["value"] for shown in examples.values() if shown["summary"] == kind]
    header = example_text.removeprefix("\ufeff").partition("\r\n")[0]
    columns = ", ".join(f"`{name}`" for name in header.split(","))
    groupings = [*REGISTRY[kind].groups]
    described_as = re.findall(rf"- `{kind}`(.*?): (.*)", schema["description"])
    assert columns in [found for _, found in described_as]
    assert {by.removeprefix(" by ") for by, _ in described_as} - {""} == set(groupings)


def test_both_ways_to_sign_in_are_described() -> None:
    assert operation()["security"] == [{"token": []}, {"session": []}]
    schemes = described()["components"]["securitySchemes"]
    assert schemes["token"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "sessionid")


def test_page_asks_no_other_host_and_has_no_inline_script() -> None:
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    script = Client().get("/api/v1/docs/?script=")
    assert script["content-type"].startswith("application/javascript")
    for source in (text, script.content.decode()):
        assert "//" not in source.replace("// ", "")  # but for comments
    assert "<script>" not in text
    assert "default-src 'self'" in page["content-security-policy"]
    assert "script-src" not in page["content-security-policy"]
    assert '"validatorUrl": null' in script.content.decode()


@pytest.mark.django_db(databases=["default", "answers"])
@pytest.mark.parametrize("kind", REGISTRY)
def test_new_installation_answers_as_described(kind: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("first"))
    parameters = {"type": kind, "offerId": "nothing yet"}
    response = client.get("/api/v1/dashboard-data", parameters)
    assert response.status_code == 200
    assert faults(kind, response.json()) == []
