"""`GET /labels/{name}`: the label that a caller was sent the link to. Its name is the proof, so it needs no log-in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response

from voicebot.oms.labels.shelf import Shelf

_TYPES = {".pdf": "application/pdf", ".png": "image/png"}
#: A label has a name and an address on it.
_HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
_GONE = {"error": "there is no such label, or its time is over", "fix": "ask the shop for another one"}


def label_router(shelf: Shelf) -> APIRouter:
    """The route: the file, or 404 for every other name alike."""
    router = APIRouter(include_in_schema=False)

    @router.get("/labels/{name}")
    async def label(name: str) -> Response:
        path = shelf.find(name)
        if path is None:
            return JSONResponse(_GONE, status_code=404, headers=_HEADERS)
        return FileResponse(
            path, media_type=_TYPES[path.suffix], filename=f"return-label{path.suffix}", headers=_HEADERS
        )

    return router
