"""One's own profile: what one says of oneself, skills, publications, days away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import people as people_actions
from exchange.actions import profiles as actions
from exchange.actions.profiles import Claim, Profile, Written
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.people import ABSTRACTS_OF_A_STRONG_PROFILE, OPEN_TO_WORDS, OpenTo, Visibility
from exchange.domain.skills import Level, vocabulary
from exchange.domain.verdict import Refusal
from exchange.store.profiles import ProfilePage, profile
from exchange.store.skills import Wish
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.paging import typed_number
from exchange.web.people import LEVELS

pages = Blueprint("profiles", __name__)


class ProfileForm(Form):
    about = TextAreaField(
        "What you work on",
        [Length(max=actions.LONGEST_ABOUT, message="Keep it under 5,000 characters")],
        description="A few sentences. Search finds every word of it.",
    )
    open_to = CheckboxList(
        "What you would take on next", choices=[SelectChoice(kind.value, OPEN_TO_WORDS[kind]) for kind in OpenTo]
    )
    open_to_words = StringField("In your own words", [Length(max=actions.LONGEST_OPEN_TO)])
    visibility = RadioField(
        "Who finds your profile",
        choices=[
            SelectChoice(Visibility.NETWORK.value, "Everybody in the network"),
            SelectChoice(Visibility.INSTITUTE.value, "People of my institute"),
            SelectChoice(Visibility.HIDDEN.value, "Nobody; my HR coordinator still sees it"),
        ],
    )
    languages = StringField("Languages", [Optional(), Length(max=300)], description="Separated by commas")
    latin_name = StringField(
        "Name in Latin letters", [Optional(), Length(max=300)], description="If your name is in another script"
    )
    version = HiddenField()


class SkillForm(Form):
    skill = SelectField("Skill", [InputRequired("Choose a skill")])
    level = SelectField(
        "Level", choices=[SelectChoice(str(level.value), f"{level.value}: {words}") for level, words in LEVELS.items()]
    )
    last_used = TextDate("Last used", [Optional()], description="A day in the month you last used it")
    evidence = StringField("Evidence", [Optional(), Length(max=500)], description="A link or a reference")
    wish = SelectField(
        "What you want",
        choices=[
            SelectChoice(Wish.NONE.value, "Nothing in particular"),
            SelectChoice(Wish.USE.value, "To use it more"),
            SelectChoice(Wish.LEARN.value, "To learn more of it"),
        ],
    )
    seen_by = SelectField(
        "Who sees it",
        choices=[
            SelectChoice(Visibility.NETWORK.value, "Whoever sees my profile"),
            SelectChoice(Visibility.INSTITUTE.value, "People of my institute"),
            SelectChoice(Visibility.HIDDEN.value, "Nobody but me"),
        ],
        default=Visibility.NETWORK.value,
        description="A skill that only some see is in no search and in no match.",
    )


class PublicationForm(Form):
    title = StringField("Title", [InputRequired("Enter the title"), Length(max=1000)])
    abstract = TextAreaField(
        "Abstract",
        [Optional(), Length(max=actions.LONGEST_ABSTRACT)],
        description="Matches are computed from it; a title alone says little.",
    )
    year = IntegerField("Year", [Optional()])
    venue = StringField("Where it appeared", [Optional(), Length(max=300)])


class AwayForm(Form):
    away_from = TextDate("First day away", [InputRequired("Enter the first day away")])
    away_until = TextDate("Last day away", [InputRequired("Enter the last day away")])


@pages.route("/profile", methods=["GET", "POST"])
@allowed(Permission.PROFILE_EDIT)
def edit() -> ResponseReturnValue:
    mine = _mine()
    form = ProfileForm(data=_values(mine))
    clash: dict[str, Any] | None = None
    if form.validate_on_submit():
        try:
            actions.edit(db.session(), access.actor(), _profile(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
            if refusal.verdict.refusal is Refusal.CONFLICT:
                clash = _values(mine)
                form.version.data = mine.version
        else:
            return _saved("Your profile is saved.")
    return _page(mine, profile_form=form, clash=clash)


@pages.post("/profile/skills")
@allowed(Permission.PROFILE_EDIT)
def claim_skill() -> ResponseReturnValue:
    mine = _mine()
    form = SkillForm()
    _offer_skills(form)
    if form.validate_on_submit():
        claim = Claim(
            skill=form.skill.data,
            level=Level(int(form.level.data)),
            last_used_on=form.last_used.data,
            evidence=form.evidence.data or "",
            wish=Wish(form.wish.data),
            visibility=Visibility(form.seen_by.data),
        )
        try:
            actions.claim_skill(db.session(), access.actor(), claim, now=clock.now(), today=clock.today(mine.zone))
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _saved("The skill is saved and confirmed.", "skills")
    return _page(mine, skill_form=form)


@pages.post("/profile/skills/confirm")
@allowed(Permission.PROFILE_EDIT)
def confirm_skills() -> ResponseReturnValue:
    mine = _mine()
    actions.confirm_skills(db.session(), access.actor(), now=clock.now(), today=clock.today(mine.zone))
    return _saved("All your skills are confirmed as of today.", "skills")


@pages.post("/profile/skills/<code>/remove")
@allowed(Permission.PROFILE_EDIT)
def remove_skill(code: str) -> ResponseReturnValue:
    actions.remove_skill(db.session(), access.actor(), code, now=clock.now())
    return _saved("The skill is removed.", "skills")


@pages.post("/profile/publications")
@allowed(Permission.PROFILE_EDIT)
def add_publication() -> ResponseReturnValue:
    mine = _mine()
    form = PublicationForm()
    if form.validate_on_submit():
        written = Written(form.title.data or "", form.abstract.data or "", form.year.data, form.venue.data or "")
        try:
            actions.add_publication(db.session(), access.actor(), written, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _saved("The publication is added.", "publications")
    return _page(mine, publication_form=form)


@pages.post("/profile/publications/<int:ident>/remove")
@allowed(Permission.PROFILE_EDIT)
def remove_publication(ident: int) -> ResponseReturnValue:
    actions.remove_publication(db.session(), access.actor(), ident, now=clock.now())
    return _saved("The publication is removed.", "publications")


@pages.post("/profile/absences")
@allowed(Permission.ABSENCE_EDIT)
def add_absence() -> ResponseReturnValue:
    mine = _mine()
    form = AwayForm()
    if form.validate_on_submit():
        assert form.away_from.data is not None  # both were required
        assert form.away_until.data is not None
        try:
            people_actions.add_absence(
                db.session(),
                access.actor(),
                mine.person_id,
                form.away_from.data,
                form.away_until.data,
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _saved("The days away are recorded.", "away")
    return _page(mine, away_form=form)


@pages.post("/profile/absences/<int:ident>/remove")
@allowed(Permission.ABSENCE_EDIT)
def remove_absence(ident: int) -> ResponseReturnValue:
    people_actions.remove_absence(db.session(), access.actor(), ident, now=clock.now())
    return _saved("The days away are removed.", "away")


def _mine() -> ProfilePage:
    person_id = access.actor().person_id
    found = profile(db.session(), person_id, today=clock.today()) if person_id is not None else None
    if found is None:
        abort(404)
    return found


def _saved(words: str, part: str | None = None) -> ResponseReturnValue:
    flash(words, "ok")
    return redirect(url_for("profiles.edit", _anchor=part), code=303)


def _page(
    mine: ProfilePage,
    *,
    profile_form: ProfileForm | None = None,
    skill_form: SkillForm | None = None,
    publication_form: PublicationForm | None = None,
    away_form: AwayForm | None = None,
    clash: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """The page with its four forms, of which one may have been sent and found wanting."""
    sent = next((one for one in (profile_form, skill_form, publication_form, away_form) if one is not None), None)
    if skill_form is None:
        skill_form = SkillForm(formdata=None, data=_claim_values(mine, request.args.get("skill", "")))
        _offer_skills(skill_form)
    today = clock.today(mine.zone)
    page = render_template(
        "profiles/edit.html",
        person=mine,
        form=sent,
        profile_form=profile_form or ProfileForm(formdata=None, data=_values(mine)),
        skill_form=skill_form,
        publication_form=publication_form or PublicationForm(formdata=None),
        away_form=away_form or AwayForm(formdata=None),
        clash=clash,
        claims=[(vocabulary().find(claim.skill), claim) for claim in mine.claims],
        levels=LEVELS,
        open_to_words=OPEN_TO_WORDS,
        absences=mine.absences,
        strong=ABSTRACTS_OF_A_STRONG_PROFILE,
        today=today,
    )
    return page, refusals.status(sent)


def _offer_skills(form: SkillForm) -> None:
    known = vocabulary()
    form.skill.choices = [SelectChoice("", "Choose a skill")] + [
        SelectChoice(skill.code, f"{skill.label} ({group})")
        for group in known.groups
        for skill in known.in_group(group)
    ]


def _values(mine: ProfilePage) -> dict[str, Any]:
    return {
        "about": mine.about,
        "open_to": [kind.value for kind in mine.open_to],
        "open_to_words": mine.open_to_words,
        "visibility": mine.visibility.value,
        "languages": ", ".join(mine.languages),
        "latin_name": mine.latin_name,
        "version": mine.version,
    }


def _claim_values(mine: ProfilePage, code: str) -> dict[str, Any]:
    """A claim to change, as its form is filled; nothing for a new one."""
    for claim in mine.claims:
        if claim.skill == code:
            return {
                "skill": claim.skill,
                "level": str(claim.level),
                "last_used": claim.last_used_on,
                "evidence": claim.evidence,
                "wish": claim.wish.value,
                "seen_by": claim.visibility.value,
            }
    return {"level": str(Level.WORKING.value)}


def _profile(form: ProfileForm) -> Profile:
    version = form.version.data or ""
    return Profile(
        version=typed_number(str(version)) or 0,
        about=form.about.data or "",
        open_to=frozenset(OpenTo(value) for value in form.open_to.data or ()),
        open_to_words=form.open_to_words.data or "",
        visibility=Visibility(form.visibility.data),
        languages=tuple(part.strip() for part in (form.languages.data or "").split(",") if part.strip()),
        latin_name=form.latin_name.data or "",
    )
