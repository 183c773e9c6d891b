"""Finding people, and a person's page."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from exchange.actions import endorsements
from exchange.actions.colleagues import Colleagues, working_on_the_same
from exchange.domain.access import Permission, decide
from exchange.domain.actors import Actor
from exchange.domain.people import (
    ABSTRACTS_OF_A_STRONG_PROFILE,
    OPEN_TO_WORDS,
    claim_is_seen,
    may_see_profile,
    own_institutes,
)
from exchange.domain.skills import Level, Skill, endorsement_rings, vocabulary
from exchange.store import institutes as institutes_store
from exchange.store.introductions import IntroductionState
from exchange.store.people import merged_into, standing_of
from exchange.store.profiles import ClaimRow, ProfilePage, Stay, profile
from exchange.store.search import PER_PAGE, find
from exchange.store.search_spelling import corrected
from exchange.store.search_words import Query, mark
from exchange.store.secondment_facts import scope_of
from exchange.store.standing_states import as_they_stand
from exchange.web import access, charts, clock
from exchange.web.access import allowed
from exchange.web.charts import Chart, Link, Node
from exchange.web.database import db
from exchange.web.hues import hue
from exchange.web.matching import index_cache
from exchange.web.people_search import asked_for, chosen, filters, months, respelt, shown_hit, without
from exchange.web.wording import Place, current_reader, written_time_now

pages = Blueprint("people", __name__)

LEVELS = {
    Level.AWARENESS: "awareness",
    Level.WORKING: "working",
    Level.PRACTITIONER: "practitioner",
    Level.EXPERT: "expert",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with who vouches for it: ``named`` may be shown to this reader, the others are only counted."""

    skill: Skill | None
    claim: ClaimRow
    elsewhere: int
    named: tuple[str, ...]
    mine: bool
    link: str


@pages.app_template_filter("marked")
def marked(text: str, query: Query | None) -> Markup:
    """The text with the words that were asked for marked."""
    if not query:
        return escape(text)
    pieces = (f"<mark>{escape(piece)}</mark>" if hit else escape(piece) for piece, hit in mark(text, query))
    return Markup("".join(pieces))  # noqa: S704 - each piece is escaped above; joining as text is five times faster


@pages.app_template_filter("skill_label")
def skill_label(code: str) -> str:
    """What the vocabulary calls a skill."""
    skill = vocabulary().find(code)
    return skill.label if skill else code


@pages.get("/people")
@allowed(Permission.PEOPLE_SEARCH)
def index() -> ResponseReturnValue:
    known = institutes_store.all_institutes(db.session())
    asked = asked_for(known.values())
    session, cache = db.session(), index_cache()
    found = find(session, asked, own=own_institutes(access.actor()), meaning=lambda: cache.meaning(session, asked.text))
    facets = filters(asked, found, known.values())
    return render_template(
        "people/index.html",
        asked=asked,
        found=found,
        shown=[shown_hit(hit, found.query, asked, known.get(hit.institute_id or 0)) for hit in found.hits],
        alike=[shown_hit(hit, found.query, asked, known.get(hit.institute_id or 0)) for hit in found.alike],
        facets=facets,
        chosen=chosen(asked, facets),
        everybody=without("new", request.args["new"]) if asked.only else "",
        months=months(clock.today()),
        per_page=PER_PAGE,
        open_to_words=OPEN_TO_WORDS,
        link=_page_address,
        filtered=bool(asked.text or asked.institutes or asked.skills or asked.open_to or asked.free),
        by_words_only=bool(asked.text) and not cache.has_model(),
        corrected="" if found.total else corrected(found.query),
        respelt=respelt,
    )


@pages.get("/people/<int:ident>")
@allowed(Permission.PERSON_SEE)
def show(ident: int) -> ResponseReturnValue:
    actor = access.actor()
    found = profile(db.session(), ident, today=clock.today())
    if found is None or not may_see_profile(actor, found.standing):
        return to_the_record_that_stays("people.show", ident)
    institute = found.standing.institute_id
    mine = actor.person_id == found.person_id
    near = working_on_the_same(
        db.session(), index_cache(), ident, (one.title for one in found.publications), own=own_institutes(actor)
    )
    return render_template(
        "people/show.html",
        person=found,
        mine=mine,
        may_edit=institute is not None and decide(actor, Permission.PERSON_EDIT, institute).allowed,
        claims=[_claim(actor, found, claim) for claim in _visible_claims(actor, found)],
        ring=_ring(found),
        stays=as_they_stand(db.session(), _visible_stays(actor, found), clock.today()),
        levels=LEVELS,
        open_to_words=OPEN_TO_WORDS,
        strong=ABSTRACTS_OF_A_STRONG_PROFILE,
        local_times=_local_times(found),
        today=clock.today(found.zone),
        near=near,
        network=_network(found, near) if near.people else None,
        introduced=_introduced(actor, found),
    )


def to_the_record_that_stays(endpoint: str, ident: int) -> ResponseReturnValue:
    """The page of the record that took this one over, where the reader may see it; what is not there is not found."""
    taken_over = merged_into(db.session(), ident)
    standing = standing_of(db.session(), taken_over, clock.today()) if taken_over is not None else None
    if standing is None or not may_see_profile(access.actor(), standing):
        abort(404)
    return redirect(url_for(endpoint, ident=taken_over), code=303)


@pages.post("/people/<int:ident>/skills/<code>/endorse")
@allowed(Permission.SKILL_ENDORSE)
def endorse(ident: int, code: str) -> ResponseReturnValue:
    endorsements.endorse(db.session(), access.actor(), ident, code, now=clock.now())
    flash("You vouch for this skill. They get a notice.", "ok")
    return redirect(url_for("people.show", ident=ident, _anchor="expertise"), code=303)


@pages.post("/people/<int:ident>/skills/<code>/take-back")
@allowed(Permission.SKILL_ENDORSE)
def take_back(ident: int, code: str) -> ResponseReturnValue:
    endorsements.take_back(db.session(), access.actor(), ident, code, now=clock.now())
    flash("You no longer vouch for this skill.", "ok")
    return redirect(url_for("people.show", ident=ident, _anchor="expertise"), code=303)


def _claim(actor: Actor, found: ProfilePage, claim: ClaimRow) -> Claimed:
    """A claim as this reader sees it: those who are open, or of their own institute, are named; others are counted."""
    own = own_institutes(actor)
    named = [
        one.name
        for one in claim.endorsers
        if one.open or one.institute_id in own or actor.person_id in {found.person_id, one.person_id}
    ]
    return Claimed(
        skill=vocabulary().find(claim.skill),
        claim=claim,
        elsewhere=claim.elsewhere(found.standing.institute_id),
        named=tuple(named),
        mine=any(one.person_id == actor.person_id for one in claim.endorsers),
        link=claim.evidence if claim.evidence.startswith(("https://", "http://")) else "",
    )


def _ring(found: ProfilePage) -> int:
    """How many people, this one among them, all endorse each other; 0 where there is no such ring."""
    rings = endorsement_rings(found.endorsed)
    return next((len(ring) for ring in rings if found.person_id in ring), 0)


def _introduced(actor: Actor, found: ProfilePage) -> str:
    """How the reader stands to this person: "open" where the address is shown, "asked", or "" where they may ask."""
    if found.standing.institute_id in own_institutes(actor):
        return "open"
    states = {state for asker, asked, state in found.introductions if actor.person_id in {asker, asked}}
    if IntroductionState.ACCEPTED in states:
        return "open"
    return "asked" if IntroductionState.ASKED in states else ""


def _network(found: ProfilePage, near: Colleagues) -> Chart:
    """The person in the middle, joined to everybody near; those near are joined by the skills they share."""
    code = found.job.institute_code if found.job else ""
    nodes = [Node("me", _short(found.full_name), hue(code), centre=True)]
    nodes += [
        Node(str(place), _short(one.who.name), hue(one.who.institute_code or ""))
        for place, one in enumerate(near.people)
    ]
    links = [Link("me", str(place), 1 + min(2, len(one.skills))) for place, one in enumerate(near.people)]
    links += [Link(str(one), str(other), weight - 1) for one, other, weight in near.links]
    said = f"{found.full_name} and the {len(near.people)} people whose publications are nearest."
    return charts.network("Who works on the same things", nodes, links, uid="near-chart", description=said)


def _short(name: str) -> str:
    """A name that fits under a node."""
    first, _, last = name.partition(" ")
    return f"{first[0]}. {last}" if last and len(name) > 16 else name


def _page_address(number: int) -> str:
    values: dict[str, list[str]] = {key: values for key, values in request.args.lists() if key != "page"}
    return url_for("people.index", **values, page=number)  # type: ignore[arg-type]  # lists are repeated keys


def _visible_claims(actor: Actor, found: ProfilePage) -> list[ClaimRow]:
    return [
        claim
        for claim in found.claims
        if claim_is_seen(actor, found.standing, claim.visibility, restricted=claim.sensitive)
    ]


def _visible_stays(actor: Actor, found: ProfilePage) -> list[Stay]:
    scope = scope_of(actor)
    if scope.institutes is None or actor.person_id == found.person_id:
        return list(found.stays)
    return [
        stay
        for stay in found.stays
        if scope.institutes & {stay.home_id, stay.host_id}
        or (stay.led_by is not None and stay.led_by == actor.person_id)
    ]


def _local_times(found: ProfilePage) -> str:
    """The time now where the person is, and in brackets where the reader is."""
    reader = current_reader()
    theirs = Place(_city(found.zone), found.zone)
    now = clock.now()
    text = written_time_now(now, theirs, reader)
    same = now.astimezone(ZoneInfo(found.zone)).utcoffset() == now.astimezone(reader.here.tz).utcoffset()
    return text if same else f"{text} ({written_time_now(now, reader.here, reader)})"


def _city(zone: str) -> str:
    return "Washington DC" if zone == "America/New_York" else zone.rpartition("/")[2].replace("_", " ")
