"""How public answers go out: compressed for whom, and readable by which sites."""

from __future__ import annotations

from flask import Response
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

_GZIP = "gzip"


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3). ``gzip;q=0`` names it and refuses it.

    Browsers name it without a weight: only a header with weights is taken apart.
    """
    if _GZIP not in accepted or ";" not in accepted:
        return _GZIP in accepted
    return parse_accept_header(accepted, Accept).quality(_GZIP) > 0


def readable_by_other_sites(response: Response) -> Response:
    """For ``after_request`` of a blueprint: scripts of any site may read its data (the Fetch standard, CORS), not its pages.

    Anybody's verifier can so run in a browser. The data is public and the same for everybody, and browsers keep an answer
    to a request with cookies from such a script.
    """
    if not (response.mimetype or "").startswith("text/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
