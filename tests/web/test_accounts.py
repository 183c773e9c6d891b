"""The administrators' pages of accounts, as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from exchange.actions import roles
from exchange.domain.actors import SYSTEM, Role
from tests.cast import ACTOR, NOW, PASSWORD, PERSON, UK, email_of
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
ADA = PERSON["ada"]
PAGE = f"/accounts/{ADA}"


@pytest.fixture(autouse=True)
def second(database: Database) -> None:
    with database.session() as session:
        roles.grant(session, SYSTEM, PERSON["auditor"], Role.ADMINISTRATOR, None, now=NOW)


def test_the_first_page_says_what_waits_for_a_second_administrator(as_: As, database: Database) -> None:
    with database.session() as session:
        roles.grant(session, ACTOR["admin"], ADA, Role.SECURITY_OFFICER, UK, now=NOW)
    second = as_("auditor").get("/").text
    assert "1 step is waiting for you" in second
    assert f'<a href="{PAGE}">Ada Lindqvist</a>: asked by Sofia Conti' in second
    assert "Nothing is waiting for you" in as_("admin").get("/").text  # who asked does not confirm


def test_the_list_says_who_can_sign_in_and_nothing_else_about_them(as_: As) -> None:
    page = as_("admin").get("/accounts").text
    assert "Ada Lindqvist" in page
    assert email_of("ada") in page
    assert "researcher, UK-AISI" in page
    assert "no password yet" in page
    for word in ("clearance", "citizen", "nationality"):
        assert word not in page.lower().replace("clearances", "")
    found = as_("admin").get("/accounts", query_string={"name": "rivera"}).text
    assert ("Tomas Rivera" in found, "Ada Lindqvist" in found) == (True, False)
    assert "Nobody matches" in as_("admin").get("/accounts", query_string={"name": "nobody_%"}).text


def test_an_account_is_made_given_a_role_and_a_link_and_its_owner_signs_in(as_: As) -> None:
    admin, owner = as_("admin"), as_("")
    made = admin.send("/accounts/new", {"name": "Noor Haddad", "email": "Noor@example.org", "institute": "UK-AISI"})
    assert made.status_code == 303
    given = admin.send(f"{made.location}/roles", {"role": "hr_coordinator", "institute": str(UK)})
    assert given.status_code == 303
    admin.send(f"{made.location}/link")
    page = admin.get(made.location).text
    assert "HR coordinator" in page
    link = re.search(r"/welcome/[\w-]{20,}", page)
    assert link is not None
    assert link[0] not in admin.get(made.location).text  # shown once
    looked = owner.get(link[0])
    assert (looked.status_code, looked.headers["Referrer-Policy"]) == (200, "no-referrer")  # looking does not spend it
    forged = owner.post(link[0], data={"new": PASSWORD}, base_url="https://localhost")
    assert forged.status_code == 400, "without the form's token nothing is chosen"
    typed = {"csrf_token": owner.csrf_token(link[0]), "new": "short"}
    assert "at least 15 characters" in owner.post(link[0], data=typed, base_url="https://localhost").text
    short = owner.send(link[0], {"new": "short"}, page=link[0])
    assert (short.status_code, "at least 15 characters" in short.text) == (422, True)
    assert owner.send(link[0], {"new": PASSWORD}, page=link[0]).location == "/sign-in"
    assert owner.get(link[0]).status_code == 404
    owner.send("/sign-in", {"email": "noor@example.org", "password": PASSWORD}, page="/sign-in")
    assert "Staff of my institute" in owner.get("/staff").text


def test_a_guarded_role_takes_a_second_administrator(as_: As) -> None:
    first, other, ada = as_("admin"), as_("auditor"), as_("ada")
    asked = first.send(f"{PAGE}/roles", {"role": "security_officer", "institute": str(UK)})
    assert asked.status_code == 303
    page = first.get(PAGE).text
    assert "waits for another administrator" in page
    assert "You asked: another administrator decides." in page
    form = re.search(r"/accounts/requests/\d+/confirm", other.get("/accounts").text)
    assert form is not None
    refused = first.send(form[0])
    assert (refused.status_code, "You asked for this role yourself" in refused.text) == (403, True)
    assert ada.get("/account").status_code == 200
    assert other.send(form[0]).location == PAGE
    assert ada.get("/account").status_code == 303  # the new role begins with a new sign-in
    assert "security officer" in first.get(PAGE).text
    assert other.send(form[0]).status_code == 409


def test_turning_down_leaves_everything_as_it_was(as_: As) -> None:
    first, other = as_("admin"), as_("auditor")
    first.send(f"{PAGE}/roles", {"role": "administrator"})
    form = re.search(r"/accounts/requests/\d+/turn-down", other.get(PAGE).text)
    assert form is not None
    assert other.send(form[0]).location == PAGE
    assert "Waiting for a second administrator" not in other.get(PAGE).text
    assert other.get("/notices").status_code == 200


def test_a_role_without_its_institute_is_refused_with_the_form_kept(as_: As) -> None:
    answer = as_("admin").send(f"{PAGE}/roles", {"role": "hr_coordinator", "institute": ""})
    assert answer.status_code == 422
    assert "is held within an institute" in answer.text
    assert as_("admin").send(f"{PAGE}/roles", {"role": "queen", "institute": "x"}).status_code == 422


def test_locking_signs_out_at_once(as_: As) -> None:
    admin, ada = as_("admin"), as_("ada")
    assert ada.get("/account").status_code == 200
    assert admin.send(f"{PAGE}/lock").status_code == 303
    assert ada.get("/account").status_code == 303
    assert "locked" in admin.get("/accounts").text
    assert admin.send(f"{PAGE}/unlock").status_code == 303
    assert ada.get("/account").status_code == 303  # what has ended stays ended


def test_the_own_account_offers_no_change(as_: As) -> None:
    page = as_("admin").get(f"/accounts/{PERSON['admin']}").text
    assert "Another administrator changes your roles" in page
    assert "/revoke" not in page
    assert "/lock" not in page


@pytest.mark.parametrize("path", ["/accounts/99999", "/accounts/99999/roles", "/accounts/99999/lock"])
def test_what_is_not_there_is_not_found(as_: As, path: str) -> None:
    admin = as_("admin")
    answer = admin.get(path) if path.endswith("9") else admin.send(path, {"role": "auditor"})
    assert answer.status_code == 404


def test_an_address_that_is_taken_and_a_name_that_is_missing_are_said(as_: As) -> None:
    admin = as_("admin")
    taken = admin.send("/accounts/new", {"name": "Another Ada", "email": email_of("ada"), "institute": ""})
    assert (taken.status_code, "has the address" in taken.text, "Another Ada" in taken.text) == (409, True, True)
    assert admin.send("/accounts/new", {"name": "", "email": "x", "institute": ""}).status_code == 422


def test_only_administrators_have_the_menus_entry(as_: As) -> None:
    assert 'href="/accounts"' in as_("admin").get("/").text
    assert 'href="/accounts"' not in as_("uk_hr").get("/").text


@pytest.mark.parametrize("path", ["/accounts", PAGE])
def test_the_pages_ask_few_questions(as_: As, app: Flask, path: str) -> None:
    admin = as_("admin")
    admin.send(f"{PAGE}/roles", {"role": "security_officer", "institute": str(UK)})
    assert len(statements(app, lambda: admin.get(path))) <= MOST
