"""The JSON schemas for hover help in editors; `python -m listener.config.schema_files` writes them anew."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from listener.config.schema import BrandFile, PeopleYaml, PolicyYaml, RoutesYaml, TemplatesYaml, WordsYaml

SCHEMAS: Final[dict[str, type[BaseModel]]] = {
    "brand.json": BrandFile,
    "people.json": PeopleYaml,
    "policy.json": PolicyYaml,
    "routes.json": RoutesYaml,
    "templates.json": TemplatesYaml,
    "words.json": WordsYaml,
}


def schema_text(model: type[BaseModel]) -> str:
    """The model's schema without pydantic's titles, which would show class and field names in the hover help."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(_untitled(schema), ensure_ascii=False, indent=2) + "\n"


def write(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, model in SCHEMAS.items():
        (directory / name).write_text(schema_text(model), encoding="utf-8")


def _untitled(part: Any) -> Any:
    if isinstance(part, list):
        return [_untitled(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    # Under `properties` a `title` is the brand's own key, and a mapping; pydantic's are strings.
    return {
        key: _untitled(inner) for key, inner in part.items() if not (key == "title" and isinstance(inner, str))
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("config/schema"))
