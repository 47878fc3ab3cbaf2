"""The OpenAPI document: what FastAPI finds in the handlers, with what the packs say of facts and with the problem documents."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel

from subsidy.api.facts import facts_schema
from subsidy.api.problem import MEDIA_TYPE, FieldProblem, Present, Problem

REFS: Final = "#/components/schemas/"

Answers = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Answers:
    """The refusals that a handler may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{REFS}Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON body that a handler reads as this model."""
    schema = model.model_json_schema()
    if "facts" in schema["properties"]:
        schema["properties"]["facts"] = {"anyOf": [{"$ref": f"{REFS}Facts"}, {"type": "null"}]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def described(app: FastAPI) -> FastAPI:
    """The application, with its document completed."""
    found = app.openapi

    def document() -> dict[str, Any]:
        made = found()
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        if "Facts" not in schemas:
            for model in (Problem, FieldProblem, Present):
                schema = model.model_json_schema(ref_template=f"{REFS}{{model}}")
                schemas[model.__name__] = {key: part for key, part in schema.items() if key != "$defs"}
            schemas["Facts"] = jsonable_encoder(facts_schema())
        return made

    app.openapi = document  # type: ignore[method-assign]
    return app
