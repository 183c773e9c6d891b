"""Finding people: what is found, in which order, what is counted, and what nobody may learn from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from exchange.domain.people import OpenTo, Visibility
from exchange.domain.periods import Period
from exchange.store import search, search_engines, search_index
from exchange.store.people import Absence, Employment, Person, PersonOpenTo, PersonStatus
from exchange.store.publications import Publication
from exchange.store.search import PER_PAGE, Asked, Found, Paper, Sort, find
from exchange.store.search_index import SearchPerson
from exchange.store.search_words import read_query
from exchange.store.skills import SkillClaim
from tests.cast import NOW, PEOPLE, PERSON, TODAY, UK, US

OPEN_TO = "open_to"
SKILL = "skill"


@pytest.fixture(autouse=True)
def indexed(session: Session) -> None:
    ada = session.get_one(Person, PERSON["ada"])
    ada.about = "Builds sandboxes for long-running agents."
    session.add_all(
        (
            SkillClaim(person_id=ada.id, skill="red-teaming", level=4, confirmed_on=TODAY),
            SkillClaim(person_id=ada.id, skill="uplift-studies", level=4, confirmed_on=TODAY),
            PersonOpenTo(person_id=ada.id, kind=OpenTo.HALF_YEAR),
            written(ada.id, "Evaluating the elicited capabilities of models", "We study naïve elicitation.", 2025),
            written(ada.id, "Earlier work", "Nothing of the kind.", 2020),
            written(PERSON["tomas"], "Interpretable circuits", "Evaluations of circuits.", 2026),
        )
    )
    search_index.refresh_all(session, day=TODAY)


def written(person_id: int, title: str, abstract: str, year: int) -> Publication:
    return Publication(
        person_id=person_id, title=title, abstract=abstract, year=year, digest=title.lower()[:64], added_at=NOW
    )


def newcomer(session: Session, ident: int, name: str, **fields: object) -> Person:
    person = Person(
        id=ident,
        public_id=UUID(int=ident),
        full_name=name,
        email=f"p{ident}@example.org",
        zone="Europe/London",
        created_at=NOW,
        **fields,
    )
    session.add(person)
    session.flush()
    session.add(
        Employment(person_id=ident, institute_id=UK, title="Analyst", fte=Decimal(1), starts_on=date(2025, 1, 1))
    )
    search_index.refresh(session, [ident], day=TODAY)
    return person


def look(session: Session, typed: str = "", **asked: object) -> Found:
    return find(session, replace(Asked(text=typed), **asked), own={US})  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    return [hit.name for hit in found.hits]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Lindqvist", "Ada Lindqvist"),
        ("lind", "Ada Lindqvist"),
        ("ADA lindq", "Ada Lindqvist"),
        ("red teamers", "Ada Lindqvist"),
        ("sandbox agent", "Ada Lindqvist"),
        ("naive elicitations", "Ada Lindqvist"),
        ("circuit", "Tomas Rivera"),
        ("佐藤", "佐藤 美咲"),
        ("auditor", "Lucas Meyer"),
    ],
)
def test_words_are_found_wherever_a_profile_says_them(session: Session, typed: str, first: str) -> None:
    assert names(look(session, typed))[:1] == [first]


def test_a_word_in_a_name_or_skill_stands_before_one_in_a_publication(session: Session) -> None:
    newcomer(session, 40, "Otto Teaming")
    session.add(SkillClaim(person_id=PERSON["tomas"], skill="evaluation-design", level=3, confirmed_on=TODAY))
    search_index.refresh(session, [PERSON["tomas"]], day=TODAY)
    assert names(look(session, "teaming")) == ["Otto Teaming", "Ada Lindqvist"]
    assert names(look(session, "evaluation")) == ["Tomas Rivera", "Ada Lindqvist"]


def test_all_words_must_match_and_where_none_has_all_some_do(session: Session) -> None:
    both = look(session, "evaluation circuits")
    assert (names(both), both.any_word) == (["Tomas Rivera"], False)
    some = look(session, "sandboxes circuits")
    assert (set(names(some)), some.any_word) == ({"Ada Lindqvist", "Tomas Rivera"}, True)


def test_where_many_have_a_word_all_are_found_and_who_has_it_elsewhere_than_in_papers_comes_first(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_engines, "MOST_SCORED", 2)
    for ident in range(901, 907):
        newcomer(session, ident, f"Newcomer {ident}", about="Builds kayaks." if ident == 906 else "")
        session.add(written(ident, "Kayaks in storms", "", 2025))
    search_index.refresh(session, range(901, 907), day=TODAY)
    found = look(session, "kayaks")
    assert [hit.person_id for hit in found.hits] == [906, 901, 902, 903, 904, 905]
    assert (found.total, found.counts["institute", str(UK)]) == (6, 6)
    assert search.found_ids(session, Asked(text="kayaks"), own={US}).ids() == list(range(901, 907))


def test_a_hit_says_where_it_was_found(session: Session) -> None:
    (hit,) = look(session, "elicitation").hits
    assert hit.written == Paper("Evaluating the elicited capabilities of models")
    assert hit.publications == 2
    assert hit.skills == (("red-teaming", 4),)
    assert hit.open_to == (OpenTo.HALF_YEAR,)


def test_the_publication_with_the_most_words_speaks_for_a_person(session: Session) -> None:
    (hit,) = [one for one in look(session, "naive capabilities").hits if one.person_id == PERSON["ada"]]
    assert hit.written == Paper("Evaluating the elicited capabilities of models", "We study naïve elicitation.")


def test_filters_narrow_and_count_what_each_would_leave(session: Session) -> None:
    found = look(session, "", institutes=frozenset({UK}))
    assert found.total == sum(institute == UK for *_, institute, _ in PEOPLE)
    assert found.counts["institute", str(US)] == sum(institute == US for *_, institute, _ in PEOPLE)
    assert found.counts[SKILL, "red-teaming"] == 1
    assert found.counts[OPEN_TO, "half_year"] == 1
    assert names(look(session, skills=frozenset({"red-teaming"}), institutes=frozenset({US}))) == []


def test_pages_follow_the_alphabet(session: Session) -> None:
    for ident in range(100, 130):
        newcomer(session, ident, f"Zoë {chr(97 + (ident * 7) % 26)}{ident}")
    first, second = look(session, sort=Sort.NAME), look(session, sort=Sort.NAME, page=2)
    assert (len(first.hits), first.total, len(second.hits)) == (PER_PAGE, 30 + len(PEOPLE), PER_PAGE)
    assert names(first)[0] == "Ada Lindqvist"
    assert names(first)[:12] == sorted(names(first)[:12])
    assert look(session, page=99).page == 3


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.INSTITUTE])
def test_a_profile_that_is_not_to_be_found_leaves_no_trace(session: Session, visibility: Visibility) -> None:
    before = look(session), look(session, "canary circuits"), look(session, "canaryy")
    person = newcomer(session, 50, "Canary Circuits", visibility=visibility, about="circuits canary evaluation")
    session.add_all(
        (
            SkillClaim(person_id=50, skill="virology", level=2, confirmed_on=TODAY),
            PersonOpenTo(person_id=50, kind=OpenTo.YEAR),
        )
    )
    search_index.refresh(session, [person.id], day=TODAY)
    assert (look(session), look(session, "canary circuits"), look(session, "canaryy")) == before
    own = find(session, Asked(text="canary"), own={UK})
    assert own.total == (0 if visibility is Visibility.HIDDEN else 1)


def test_who_leaves_or_hides_is_gone_and_comes_back(session: Session) -> None:
    ada = session.get_one(Person, PERSON["ada"])
    ada.status = PersonStatus.LEFT
    search_index.refresh(session, [ada.id], day=TODAY)
    gone = look(session, "lindqvist")
    assert (gone.total, gone.near, look(session).counts.get((SKILL, "red-teaming"))) == (0, (), None)
    ada.status = PersonStatus.ACTIVE
    search_index.refresh(session, [ada.id], day=TODAY)
    assert look(session, "lindqvist").total == 1


def test_sensitive_skills_are_not_searched(session: Session) -> None:
    assert look(session, "uplift").total == 0
    assert (SKILL, "uplift-studies") not in look(session).counts


def test_a_misspelt_name_is_offered_right(session: Session) -> None:
    assert look(session, "Lindquist").near == ((PERSON["ada"], "Ada Lindqvist"),)
    assert look(session, "xyzzyq").near == ()


@pytest.mark.parametrize(
    "typed", ['"', "a' OR 1", "NEAR(a b)", "name:x", "* -", "'':*A & !x", "\\", "(", "the of", "x" * 5000, "\x00é"]
)
def test_no_query_is_a_command_to_the_engine(session: Session, typed: str) -> None:
    look(session, typed)


def test_the_index_follows_every_change_in_the_same_transaction(session: Session) -> None:
    ada = session.get_one(Person, PERSON["ada"])
    ada.about = "Kayaking."
    search_index.refresh(session, [ada.id], day=TODAY)
    assert look(session, "kayak").total == 1
    assert look(session, "sandbox").total == 0
    session.rollback()
    assert look(session, "kayak").total == 0


def test_the_index_of_sqlite_agrees_with_its_table(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return
    session.get_one(Person, PERSON["ada"]).status = PersonStatus.LEFT
    session.get_one(Person, PERSON["tomas"]).about = "Other words."
    search_index.refresh(session, [PERSON["ada"], PERSON["tomas"]], day=TODAY)
    for index in ("search_words", "search_names", "search_near"):
        session.execute(text(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"))
    assert session.scalar(select(func.count()).select_from(SearchPerson)) == len(PEOPLE) - 1


def test_common_words_count_only_alone() -> None:
    assert read_query("the evaluation of models").typed == ("evaluation", "models")
    assert read_query("The Who").typed == ("the", "who")
    assert not read_query(" -- ")


class Meaning:
    """A model that finds these people near, in this order."""

    def __init__(self, *keys: str) -> None:
        self.ids = [PERSON[key] for key in keys]

    def ordered(self, ids: Sequence[int]) -> list[int]:
        return sorted(ids, key=lambda ident: self.ids.index(ident) if ident in self.ids else len(self.ids))

    def nearest(self, most: int) -> list[int]:
        return self.ids[:most]


def meant(session: Session, typed: str, *keys: str, **asked: object) -> Found:
    wanted = replace(Asked(text=typed), **asked)  # type: ignore[arg-type]
    return find(session, wanted, own={US}, meaning=lambda: Meaning(*keys))


def test_who_means_the_same_follows_few_hits_and_is_in_no_count(session: Session) -> None:
    found = meant(session, "circuits", "ada", "tomas", "us_hr")
    assert (names(found), found.total) == (["Tomas Rivera"], 1)
    assert [hit.name for hit in found.alike] == ["Ada Lindqvist", "Benjamin Thorne"]
    assert found.counts.get(("institute", str(UK)), 0) == 0
    narrowed = meant(session, "circuits", "ada", "us_hr", institutes=frozenset({UK}))
    assert [hit.name for hit in narrowed.alike] == ["Ada Lindqvist"]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.INSTITUTE])
def test_meaning_finds_nobody_whom_the_reader_may_not_find(session: Session, visibility: Visibility) -> None:
    session.get_one(Person, PERSON["ada"]).visibility = visibility
    search_index.refresh(session, [PERSON["ada"]], day=TODAY)
    assert meant(session, "circuits", "ada", "us_hr").alike == meant(session, "circuits", "us_hr").alike


def test_meaning_orders_those_who_have_the_words(session: Session) -> None:
    for ident in (901, 902, 903):
        newcomer(session, ident, f"Newcomer {ident}", about="Studies kayaks.")
    by_words = [hit.person_id for hit in look(session, "kayaks").hits]
    last = by_words[-1]

    class Last(Meaning):
        def ordered(self, ids: Sequence[int]) -> list[int]:
            return sorted(ids, key=lambda ident: ident != last)

    found = find(session, Asked(text="kayaks"), own={US}, meaning=Last)
    assert found.total == 3
    assert [hit.person_id for hit in found.hits].index(last) < by_words.index(last)


def test_a_name_is_not_looked_up_by_meaning(session: Session) -> None:
    found = meant(session, "Lindqvist", "tomas")
    assert (names(found), found.alike) == (["Ada Lindqvist"], ())


def test_whoever_is_away_for_long_is_not_free(session: Session) -> None:
    session.add_all(
        (
            Absence(person_id=PERSON["ada"], starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 28)),
            Absence(person_id=PERSON["tomas"], starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 14)),
        )
    )
    session.flush()
    spring = Period(date(2027, 3, 20), date(2027, 6, 19))
    assert names(look(session, "circuits", free=spring)) == ["Tomas Rivera"]
    assert names(look(session, "elicitation", free=spring)) == []
    assert look(session, free=spring).counts.get((SKILL, "red-teaming"), 0) == 0
    assert names(look(session, "elicitation", free=Period(date(2027, 4, 1), date(2027, 6, 30)))) == ["Ada Lindqvist"]


def test_a_claim_that_few_may_see_is_on_no_line(session: Session) -> None:
    session.get_one(SkillClaim, (PERSON["ada"], "red-teaming")).visibility = Visibility.INSTITUTE
    search_index.refresh(session, [PERSON["ada"]], day=TODAY)
    (hit,) = look(session, "sandboxes").hits
    assert hit.skills == ()


WORDS = ("anatomy", "bias", "cyber", "debate", "fraud", "grading", "honesty", "jailbreak", "language", "malware")


def test_the_index_finds_and_counts_as_going_through_everybody_does(session: Session) -> None:
    chance = Random(3)
    said: dict[int, set[str]] = {}
    homes = {ident: chance.choice((UK, US)) for ident in range(200, 260)}
    for ident, home in homes.items():
        about, paper = (chance.sample(WORDS, 3) for _ in range(2))
        newcomer(session, ident, f"Somebody {ident}", about=" ".join(about))
        session.add(written(ident, " ".join(paper[:2]), paper[2], 2020))
        said[ident] = {*about, *paper}
        session.scalars(select(Employment).where(Employment.person_id == ident)).one().institute_id = home
    search_index.refresh(session, said, day=TODAY)
    for _ in range(9):
        asked = chance.sample(WORDS, chance.randint(1, 5))
        all_of_them = {ident for ident, words in said.items() if words.issuperset(asked)}
        expected = all_of_them or {ident for ident, words in said.items() if words.intersection(asked)}
        found = look(session, " ".join(asked))
        pages = range(1, -(-found.total // PER_PAGE) + 1)
        shown = [hit.person_id for page in pages for hit in look(session, " ".join(asked), page=page).hits]
        assert sorted(shown) == sorted(expected)
        assert found.any_word is (not all_of_them)
        for home in (UK, US):
            at_home = {ident for ident in expected if homes[ident] == home}
            assert found.counts.get(("institute", str(home)), 0) == len(at_home)
            assert look(session, " ".join(asked), institutes=frozenset({home})).total == len(at_home)
