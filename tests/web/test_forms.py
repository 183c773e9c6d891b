"""Forms: fields that describe themselves to a screen reader, typed dates, and the summary of what is wrong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, StringField
from wtforms.validators import DataRequired, ValidationError

from exchange.web.forms import Form, Problem, TextDate
from exchange.web.wording import Reader
from tests.web.gallery import SampleForm, create_gallery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wtforms import Field


class Stay(Form):
    start = TextDate("First day", validators=[DataRequired("Give the first day")])
    end = TextDate("Last day")

    def validate_end(self, field: Field) -> None:
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError("The last day must not be before the first")


class Nested(Form):
    names = FieldList(StringField("Name", validators=[DataRequired("Give a name")]), min_entries=2)
    stay = FormField(Stay)


@pytest.fixture
def app() -> Flask:
    return create_gallery(WTF_CSRF_ENABLED=False)


@pytest.fixture
def typed(app: Flask) -> Iterator[type[MultiDict[str, str]]]:
    """Inside a request, in which forms can be filled in by hand."""
    with app.test_request_context("/form", method="POST"):
        yield MultiDict


def stay(data: dict[str, str], locale: str = "en_GB") -> Stay:
    g.reader = Reader(locale="en_US" if locale == "en_US" else "en_GB")
    form = Stay(MultiDict(data))
    form.validate()
    return form


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(("locale", "month"), [("en_GB", 4), ("en_US", 3)])
def test_a_date_of_digits_is_read_in_the_readers_own_order(locale: str, month: int) -> None:
    form = stay({"start": "03/04/2027"}, locale)
    assert form.start.data is not None
    assert form.start.data.month == month
    assert not form.start.errors


@pytest.mark.usefixtures("typed")
def test_a_date_in_words_has_one_meaning_for_everybody() -> None:
    assert stay({"start": "Apr 3, 2027"}, "en_GB").start.data == stay({"start": "3 Apr 2027"}, "en_US").start.data


@pytest.mark.usefixtures("typed")
def test_an_unreadable_date_keeps_its_own_sentence_and_what_was_typed() -> None:
    form = stay({"start": "31/02/2027"})
    assert len(form.start.errors) == 1
    assert "February" in form.start.errors[0]
    assert form.start.data is None
    assert 'value="31/02/2027"' in form.start()


@pytest.mark.usefixtures("typed")
def test_nothing_typed_is_left_to_the_validators() -> None:
    form = stay({"start": " ", "end": ""})
    assert list(form.start.errors) == ["Give the first day"]
    assert form.end.data is None
    assert not form.end.errors


@pytest.mark.usefixtures("typed")
def test_an_unreadable_date_does_not_fall_back_on_the_record() -> None:
    form = Stay(MultiDict({"start": "soon"}), start=date(2027, 1, 5))
    assert not form.validate()
    assert form.start.data is None


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(("locale", "words"), [("en_GB", "5 Jan 2027"), ("en_US", "Jan 5, 2027")])
def test_a_date_of_the_record_is_shown_as_the_reader_writes_it(locale: str, words: str) -> None:
    g.reader = Reader(locale="en_US" if locale == "en_US" else "en_GB")
    form = Stay(start=date(2027, 1, 5))
    assert f'value="{words}"' in form.start()


@pytest.mark.usefixtures("typed")
def test_the_summary_follows_the_order_of_the_page() -> None:
    form = stay({"start": "5 Jan 2027", "end": "4 Jan 2027"})
    assert form.error_summary() == (Problem("The last day must not be before the first", "end"),)


@pytest.mark.usefixtures("typed")
def test_what_concerns_no_field_comes_first_and_leads_nowhere() -> None:
    form = stay({})
    form.form_errors.append("Both institutes must agree.")
    assert form.error_summary()[0] == Problem("Both institutes must agree.", None)


@pytest.mark.usefixtures("typed")
def test_the_summary_reaches_into_lists_and_parts() -> None:
    form = Nested(MultiDict({"names-0": "Amelia", "names-1": "", "stay-start": ""}))
    form.validate()
    assert [problem.target for problem in form.error_summary()] == ["names-1", "stay-start"]


def posted(app: Flask) -> Element:
    answer = app.test_client().post("/form", data={"host": ""})
    assert answer.status_code == 422
    parsed: Element = html5lib.HTMLParser(namespaceHTMLElements=False).parse(answer.text)
    return parsed


def by_id(page: Element) -> dict[str, Element]:
    return {node.get("id", ""): node for node in page.iter() if node.get("id")}


def test_every_link_of_the_summary_leads_to_a_control(app: Flask) -> None:
    page = posted(app)
    ids = by_id(page)
    targets = [link.get("href", "").lstrip("#") for link in page.findall(".//div[@role='alert']//a")]
    assert len(targets) == 10
    for target in targets:
        assert ids[target].tag in {"input", "select", "textarea"}


def test_every_control_names_its_hint_and_its_error(app: Flask) -> None:
    page = posted(app)
    ids = by_id(page)
    for control in ("title", "start", "why", "letter"):
        described = ids[control].get("aria-describedby", "").split()
        assert f"{control}-error" in described
        assert ids[control].get("aria-invalid") == "true"
        assert all(name in ids for name in described)
    assert ids["kind"].tag == "fieldset"
    assert ids["kind"].get("aria-describedby") == "kind-hint kind-error"
    assert ids["end"].get("aria-invalid") is None


def test_the_browser_is_not_asked_to_check(app: Flask) -> None:
    page = posted(app)
    assert [node.get("id") for node in page.iter() if "required" in node.keys()] == []  # noqa: SIM118


def test_optional_fields_say_so_and_the_title_says_error(app: Flask) -> None:
    page = posted(app)
    labels = {label.get("for"): "".join(label.itertext()) for label in page.iter("label")}
    assert "(optional)" in labels["end"]
    assert "(optional)" not in labels["start"]
    title = page.find(".//title")
    assert title is not None
    assert "".join(title.itertext()).strip().startswith("Error: ")


def test_two_forms_on_a_page_share_no_id() -> None:
    app = create_gallery()
    page = html5lib.HTMLParser(namespaceHTMLElements=False).parse(app.test_client().get("/form").text)
    ids = [node.get("id") for node in page.iter() if node.get("id")]
    assert sorted(set(ids)) == sorted(ids)
    assert len([node for node in page.iter("input") if node.get("name", "").endswith("csrf_token")]) == 3


def test_the_sample_form_has_a_field_of_every_type(app: Flask) -> None:
    with app.test_request_context("/form"):
        assert len({field.type for field in SampleForm()}) >= 10
