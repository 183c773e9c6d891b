"""How invited people answer: on a page that their mail leads to, or by mail to an address of their invitation's own.

Whoever has the page's token or the address may answer this one invitation and do nothing else. Both are made of the
application's secret and the invitation's number when they are needed, so that the database holds nothing that opens
them. They are not each other: an address stands as the organiser in people's calendars, which others may read.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256

_CODE = 32  # letters of 5 bits; mail programs and servers may change capitals, so there are none
_TOKEN = re.compile(rf"([1-9][0-9]{{0,9}})-([a-z2-7]{{{_CODE}}})")
_MAILBOX = re.compile(r"[A-Za-z0-9._-]{1,20}@[A-Za-z0-9][A-Za-z0-9.-]{0,100}")  # the whole local part has 64 at most


@dataclass(frozen=True, slots=True)
class Answering:
    """``mailbox`` takes in answers by mail, under addresses such as replies+TOKEN@exchange.example; "" if none does.

    Raises:
        ValueError: the mailbox is no address, or has a part after + already.
    """

    key: str = field(repr=False)
    mailbox: str = ""

    def __post_init__(self) -> None:
        if self.mailbox and not _MAILBOX.fullmatch(self.mailbox):
            raise ValueError(
                f"{self.mailbox!r} cannot take in answers; give a plain address such as replies@exchange.example,"
                " of up to 20 characters before the @ and without a +."
            )

    def page_token(self, invitation: int) -> str:
        return self._token("page", invitation)

    def address(self, invitation: int) -> str:
        local, _, host = self.mailbox.partition("@")
        return f"{local}+{self._token('mail', invitation)}@{host}"

    def invitation_of_token(self, token: str) -> int | None:
        """The invitation whose page has this token; None where no page has."""
        return self._checked("page", token)

    def invitation_of_address(self, address: str) -> int | None:
        """The invitation of this address; None where it is another address, or one that was never given out."""
        local, _, host = self.mailbox.lower().partition("@")
        before, _, after = address.lower().partition("@")
        if not host or after != host or not before.startswith(f"{local}+"):
            return None
        return self._checked("mail", before.removeprefix(f"{local}+"))

    def _token(self, purpose: str, invitation: int) -> str:
        told = f"exchange invitation\0{purpose}\0{invitation}".encode()
        code = b32encode(hmac.digest(self.key.encode(), told, sha256)).decode().lower()
        return f"{invitation}-{code[:_CODE]}"

    def _checked(self, purpose: str, token: str) -> int | None:
        found = _TOKEN.fullmatch(token)
        if found is None or not hmac.compare_digest(token, self._token(purpose, int(found[1]))):
            return None
        return int(found[1])
