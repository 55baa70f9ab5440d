"""Grouping reports that come from one network.

Somebody who wants to bury a report sends many others. They are not refused, but shown as one line of the list, so that the
other reports keep their lines.
"""

from __future__ import annotations

import hmac
from datetime import date

from licence_qr.domain.register.networks import networks_of

# From this number on, reports about one business from one network on one day are one line of the list.
MANY_FROM_ONE_NETWORK = 5
# The list has at most this number of lines about one business; the others are on a page of their own.
MOST_OF_ONE_BUSINESS = 20

# The same, with so many of them: further ones are limited like those that come while room is short. It is also the most
# that the desk reads together, so that each group is dealt with at once.
MOST_FROM_ONE_NETWORK = 200


def network_mark(secret: bytes, about: str, client: str, day: date) -> str:
    """The mark of reports about ``about`` from one network on ``day``; empty if the address is not known.

    For IPv6 the network is the /48. The mark is a hash with the ``secret`` of the installation as its key, so the register
    reveals neither the network nor its reports about other businesses or on other days.
    """
    if not client:
        return ""
    said = "\0".join(("licence-qr report network 1", about, networks_of(client)[-1], day.isoformat()))
    return hmac.digest(secret, said.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
