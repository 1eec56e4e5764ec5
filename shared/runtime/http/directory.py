"""The directory that a request is answered by."""

from fastapi import Request

from shared.runtime.directory.following import Directory


def directory_of(request: Request) -> Directory:
    directory: Directory = request.app.state.directory
    return directory
