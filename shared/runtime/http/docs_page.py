"""The API's page for people; all its files come from here, so that it works where no other site is reached."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

DOCS = "/v1/docs"
_FILES = f"{DOCS}/files"


def install_page(app: FastAPI) -> None:
    """At `DOCS`; it shows the document at the app's own `openapi_url`."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url=f"{_FILES}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},  # else the browser shows the document to another site
    )

    @app.get(DOCS, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page

    app.mount(_FILES, StaticFiles(packages=[("fastapi_offline", "static")]))
