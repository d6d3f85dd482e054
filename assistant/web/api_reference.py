"""The page at /docs: the OpenAPI document as one page of plain HTML, without a script and without another host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;
--line:#d8dee0;--dim:#55626a;--accent:#0d5c63;--soft:#f5f7f7;--paper:#fff;--ink:#1a2226}
@media(prefers-color-scheme:dark){:root{
--line:#2e393e;--dim:#a2b0b7;--accent:#74c9cf;--soft:#1b2225;--paper:#14191c;--ink:#e3e9eb}}
body{font:15px/1.5 system-ui,sans-serif;margin:0;background:var(--paper);color:var(--ink)}
main{max-width:860px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:20px;margin:0 0 4px}h2{font-size:16px;margin:0;font-weight:600}
h3{font-size:13px;margin:16px 0 4px;color:var(--dim)}
p{margin:4px 0 8px}article{border-top:1px solid var(--line);padding:20px 0}a{color:var(--accent)}
code,pre{font:13px/1.5 ui-monospace,monospace}
pre{background:var(--soft);border:1px solid var(--line);padding:12px;overflow:auto}
.method{display:inline-block;min-width:44px;color:var(--accent);font-weight:700}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--dim);font-size:13px}
"""


def to_html(document: Mapping[str, Any], base_url: str = "") -> str:
    """One page with every endpoint of an OpenAPI 3.1 document: its parameters, its body and a call to copy."""
    info = document["info"]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>{escape(info['title'])}: REST</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(info['title'])}: REST</h1><p>{escape(info.get('description', ''))}</p>",
        "<p>For programs: <a href='/openapi.json'>openapi.json</a>.</p>",
        '<p>Every error has the shape <code>{"error": {"message", "hint", "exit_code"}}</code>.</p>',
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts += _operation(document, method, path, operation, base_url)
    return "".join([*parts, "</main></body></html>"])


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], base_url: str
) -> Iterator[str]:
    yield f"<article><h2><span class='method'>{method.upper()}</span> <code>{escape(path)}</code></h2>"
    yield f"<p><strong>{escape(operation.get('summary', ''))}.</strong> {escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield "<h3>Parameters</h3>" + _table(
            (item["name"], item["schema"], item.get("required", False), item.get("description", ""))
            for item in parameters
        )
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    example: dict[str, Any] | None = None
    if schema:
        model = _resolved(document, schema)
        required = set(model.get("required", ()))
        yield "<h3>Body (JSON)</h3>" + _table(
            (name, part, name in required, part.get("description", "")) for name, part in model["properties"].items()
        )
        example = {
            name: (part.get("examples") or part.get("enum") or ["…"])[0]
            for name, part in model["properties"].items()
            if name in required
        }
    yield f"<h3>Call</h3><pre>{escape(_call(method, base_url + path, example))}</pre>"
    yield from _answers(operation["responses"])
    yield "</article>"


def _answers(responses: Mapping[str, Any]) -> Iterator[str]:
    """An example of every answer, and the errors in a line each."""
    errors = []
    for status, answer in responses.items():
        if not status.startswith("2"):
            errors.append(f"{status} {answer['description']}")
            continue
        for media, part in answer.get("content", {}).items():
            given = [one["value"] for one in part.get("examples", {}).values()] or [part.get("example", "")]
            for one in given:
                text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, indent=2)
                yield f"<h3>Answer {status}, {escape(media)}</h3><pre>{escape(text)}</pre>"
    yield f"<h3>Errors</h3><p>{escape('; '.join(errors))}.</p>" if errors else ""


def _table(rows: Iterator[tuple[str, Mapping[str, Any], bool, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(schema))}</td>"
        f"<td>{'required' if required else escape(_default(schema))}</td><td>{escape(text)}</td></tr>"
        for name, schema, required, text in rows
    )
    return f"<table><tr><th>Name</th><th>Type</th><th>Default</th><th>Meaning</th></tr>{cells}</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(word) for word in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_kind(part) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "any"))


def _default(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _call(method: str, url: str, body: Mapping[str, Any] | None) -> str:
    if method == "get":
        return f"curl {url}"
    return f"curl {url} -H 'Content-Type: application/json' \\\n  -d '{json.dumps(body or {}, ensure_ascii=False)}'"
