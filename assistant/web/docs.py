"""The page at /docs: Swagger UI on the OpenAPI document, with every file from this server."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from assistant.web.security.content_policy import content_security_policy

_FILES = "/docs/files"


def install(app: FastAPI) -> None:
    """Show the OpenAPI document of ``app`` at /docs. The files come out of the package fastapi-offline."""
    app.mount(_FILES, StaticFiles(packages=[("fastapi_offline", "static")]))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Lotse: REST",
            swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{_FILES}/swagger-ui.css",
            swagger_favicon_url=f"{_FILES}/favicon.png",
            # With a validator the document would go to another host to be checked.
            swagger_ui_parameters={"validatorUrl": None, "defaultModelsExpandDepth": -1},
        )
        page.headers["content-security-policy"] = content_security_policy(bytes(page.body).decode())
        return page
