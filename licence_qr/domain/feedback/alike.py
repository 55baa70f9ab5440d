"""Reports that come from one network: grouped for whoever reads them, never refused.

Whoever wants to bury a report sends many. What is alike is one line of the list then, and what is not keeps its own.
"""

from __future__ import annotations

import hmac
from datetime import date

from licence_qr.domain.register.networks import networks_of

# Reports about one shop, from one network, on one day: from this many on they are one line of the list.
MANY_FROM_ONE_NETWORK = 5
# So many lines of the list are about one business at most; the others are a page further on.
MOST_OF_ONE_BUSINESS = 20


def network_mark(secret: bytes, about: str, client: str, day: date) -> str:
    """What reports about ``about`` from one network have in common on ``day``; empty where the address is not known.

    Of IPv6 the network is a /48. The hash is keyed by the ``secret`` of the installation: whoever reads the register learns
    from it neither the network nor which reports about other shops, or of other days, came from it.
    """
    if not client:
        return ""
    said = "\0".join(("licence-qr report network 1", about, networks_of(client)[-1], day.isoformat()))
    return hmac.digest(secret, said.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
