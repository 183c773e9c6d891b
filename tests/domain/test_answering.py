"""The ways to answer an invitation: made when needed, found again, and not to be guessed."""

from __future__ import annotations

import pytest

from exchange.domain.answering import Answering

HERE = Answering("a key", "replies@mail.example")


def test_what_is_made_is_found_again_and_nothing_else_is() -> None:
    token, address = HERE.page_token(12), HERE.address(12)
    assert HERE.invitation_of_token(token) == 12
    assert HERE.invitation_of_address(address) == HERE.invitation_of_address(address.upper()) == 12
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 section 4.5.3.1.1
    of_mail = address.partition("+")[2].partition("@")[0]
    for wrong in ("", "12", "12-", token[:-1], token.replace("12-", "13-"), token.upper(), of_mail, "12-" + "a" * 32):
        assert HERE.invitation_of_token(wrong) is None
    elsewhere = Answering("a key", "replies@other.example")
    for wrong in ("", "replies@mail.example", address.replace("+", ""), elsewhere.address(12), f"x{address}"):
        assert HERE.invitation_of_address(wrong) is None
    assert Answering("another key", "replies@mail.example").invitation_of_address(address) is None
    assert Answering("a key").invitation_of_address(address) is None
    assert "a key" not in repr(HERE)


def test_the_mailbox_is_a_plain_address() -> None:
    for wrong in ("replies", "a+b@mail.example", "a b@mail.example", "x" * 21 + "@mail.example"):
        with pytest.raises(ValueError, match="plain address"):
            Answering("a key", wrong)
