"""The API's page takes nothing from elsewhere: a browser that reaches this machine alone shows it whole."""

import re
from urllib.parse import urlsplit

import httpx

from shared.runtime.http.application import application
from shared.runtime.settings import Settings


async def test_every_file_of_the_page_is_served_here() -> None:
    transport = httpx.ASGITransport(application(Settings(), []))
    async with httpx.AsyncClient(transport=transport, base_url="http://origin") as client:
        page = await client.get("/v1/docs")
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        named = re.findall(r"""(?:src|href)="([^"]+)"|url: ['"]([^'"]+)['"]""", page.text)
        files = sorted(first or second for first, second in named)
        assert files == [
            "/v1/docs/files/favicon.png",
            "/v1/docs/files/swagger-ui-bundle.js",
            "/v1/docs/files/swagger-ui.css",
            "/v1/openapi.json",
        ]
        assert [
            address for address in re.findall(r"https?://[^\s'\"<]+", page.text) if urlsplit(address).netloc
        ] == []
        for file, of in zip(files, ("image/png", "text/javascript", "text/css", "application/json"), strict=True):
            answer = await client.get(file)
            assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, of)
            assert answer.content
        bundle = (await client.get("/v1/docs/files/swagger-ui-bundle.js")).text
        assert "SwaggerUIBundle" in bundle
