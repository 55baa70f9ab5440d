"""What the signer does for those who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.services.keys.keyring import Keys
from licence_qr.services.publishing.status_signer import StatusSigner
from licence_qr.services.signing.signer import Signer
from licence_qr.signer.messages import Ask, SignerAnswer, SignerRequest, ToldList


@dataclass(frozen=True, slots=True)
class SignerActs:
    """All that the process with the keys can do. ``clock`` is its own: nobody tells it what time it is."""

    keys: Keys
    codes: Signer
    lists: StatusSigner
    clock: Callable[[], datetime]

    def __call__(self, request: SignerRequest) -> SignerAnswer:
        """Do what is asked. Raises KeyStoreError, RegisterError."""
        now = self.clock()
        match request.ask:
            case Ask.PING:
                pass
            case Ask.CHECK_KEY:
                self.keys.check_signing(request.purpose, now)
            case Ask.CHECK_CODES:
                self.codes.check_codes(now)
            case Ask.SIGN_CODES:
                return SignerAnswer.of_codes(self.codes.sign_codes([each.named for each in request.codes], now))
            case Ask.SIGN_LIST:
                made = self.lists.next_list(now)
                return SignerAnswer(status_list=None if made is None else ToldList.of(made))
        return SignerAnswer()
