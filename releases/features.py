"""The columns of a release as `datasets` declares them in the YAML of a card."""

from typing import Any

import pyarrow as pa


def features(schema: pa.Schema) -> list[dict[str, Any]]:
    """One entry a column, as `Features.from_arrow_schema(schema)` would write them."""
    return [{"name": field.name, **_feature(field.type)} for field in schema]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_type
        if pa.types.is_struct(inner):
            return {"list": [{"name": f.name, **_feature(f.type)} for f in inner]}
        return {"list": _feature(inner)["dtype"] if "dtype" in _feature(inner) else _feature(inner)}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": f.name, **_feature(f.type)} for f in kind]}
    return {"dtype": _name(kind)}


def _name(kind: pa.DataType) -> str:
    named = {"double": "float64", "float": "float32", "halffloat": "float16", "date32[day]": "date32"}
    return named.get(str(kind), str(kind))
