"""The endpoint's OpenAPI document, made from the reports, the parameters and the errors.

`document` describes the endpoint: its `parameters`, the `answers` of all types with `examples`, the
same as `csv_answers`, and the `errors`. `credentials` are found by drf-spectacular.
"""
