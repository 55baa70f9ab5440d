"""How public answers go out."""

from __future__ import annotations

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
