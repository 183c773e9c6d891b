"""The worker reads what people write; pages match by meaning afterwards, and by words before and without the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.actions import profiles
from exchange.actions.affinity import IndexCache
from exchange.actions.profiles import Written
from exchange.jobs.reading import Reader
from exchange.matching.model_files import MODEL_ID, ModelError, install_model
from exchange.matching.profiles import Need
from exchange.matching.ranking import rank
from exchange.store.people import Person, PersonStatus
from tests.cast import ACTOR, NOW, PERSON
from tests.engines import Database

ROBBERY = "Stealing secrets through a chat assistant"  # shares no word with the paper it is about
PAPERS = {
    "ada": Written("Prompt injection", "Confidential data leaks out of language models that are talked into it.", 2025),
    "tomas": Written("Groundwater", "Salt in the wells of coastal plains after storms.", 2025),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    try:
        install_model(folder)
    except ModelError as missing:
        pytest.skip(str(missing))
    return folder


@pytest.fixture
def reader(database: Database, model: Path) -> Reader:
    (database.data / "model").symlink_to(model)
    return Reader(database.session, database.data)


def write_papers(database: Database) -> None:
    with database.session() as session:
        for key, paper in PAPERS.items():
            profiles.add_publication(session, ACTOR[key], paper, now=NOW)


def ranked(database: Database, cache: IndexCache, text: str) -> tuple[list[int], tuple[str, ...]]:
    with database.session() as session:
        found = rank(cache.current(session), Need(text), need_vector=cache.read(text), limit=2)
    return [one.person_id for one in found.people], found.notes


def test_what_was_read_is_found_by_its_meaning(database: Database, reader: Reader) -> None:
    write_papers(database)
    pages = IndexCache(database.data)
    assert "shared words only" in ranked(database, pages, ROBBERY)[1][0]
    assert reader.work() == len(PAPERS)
    assert reader.work() == 0
    people, notes = ranked(database, pages, ROBBERY)
    assert people[0] == PERSON["ada"]
    assert notes == ()


def test_a_changed_text_is_found_by_its_words_at_once_and_by_its_meaning_after_the_next_look(
    database: Database, reader: Reader
) -> None:
    write_papers(database)
    reader.work()
    pages = IndexCache(database.data)
    ranked(database, pages, ROBBERY)
    with database.session() as session:
        profiles.add_publication(session, ACTOR["tomas"], Written("Chat assistant theft", "Robbed secrets."), now=NOW)
    assert ranked(database, pages, "assistant theft")[0][0] == PERSON["tomas"]
    assert reader.work() == 1
    with database.session() as session:
        assert len(pages.current(session).unread) == 0


def test_a_text_is_read_once_whoever_wrote_it_and_however_often_the_worker_starts(
    database: Database, reader: Reader
) -> None:
    with database.session() as session:
        for key in ("ada", "tomas", "uk_lead"):
            profiles.add_publication(session, ACTOR[key], PAPERS["ada"], now=NOW)
    assert reader.work() == 1
    assert Reader(database.session, database.data).work() == 0


def test_another_process_begins_with_the_kept_index_and_leaves_a_damaged_one(
    database: Database, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    write_papers(database)
    reader.work()
    kept = database.data / "affinity" / "index.npz"
    begun = IndexCache(database.data)
    assert ranked(database, begun, ROBBERY)[0][0] == PERSON["ada"]
    kept.write_bytes(b"not an index")
    assert ranked(database, IndexCache(database.data), ROBBERY)[0][0] == PERSON["ada"]
    assert "built anew" in caplog.text


def test_half_a_record_left_by_a_killed_worker_does_no_harm(database: Database, reader: Reader) -> None:
    write_papers(database)
    reader.work()
    vectors = next((database.data / "affinity").glob(f"{MODEL_ID.partition('@')[0]}*.vectors"))
    with vectors.open("ab") as file:
        file.write(b"half")
    with database.session() as session:
        profiles.add_publication(session, ACTOR["us_lead"], Written("Kayaks", "Paddles."), now=NOW)
    assert Reader(database.session, database.data).work() == 1
    assert ranked(database, IndexCache(database.data), "Kayaks")[0][0] == PERSON["us_lead"]


def test_one_worker_reads_at_a_time(database: Database, reader: Reader) -> None:
    write_papers(database)
    vectors = reader.cache.vectors
    assert vectors is not None
    with vectors.writing() as mine:
        assert mine
        assert Reader(database.session, database.data).work() == 0
    assert reader.work() == len(PAPERS)


def test_without_the_model_words_decide_and_the_index_is_kept(database: Database) -> None:
    write_papers(database)
    assert Reader(database.session, database.data).work() == 0
    assert (database.data / "affinity" / "index.npz").exists()
    people, notes = ranked(database, IndexCache(database.data), "Salt in wells")
    assert people[0] == PERSON["tomas"]
    assert "there is no language model" in notes[0]


def test_whoever_left_is_no_longer_ranked(database: Database) -> None:
    write_papers(database)
    cache = IndexCache(database.data)
    assert PERSON["tomas"] in ranked(database, cache, "Salt in wells")[0]
    with database.session() as session:
        session.get_one(Person, PERSON["tomas"]).status = PersonStatus.LEFT
        session.commit()
        profiles.add_publication(session, ACTOR["ada"], Written("Kayaks"), now=NOW)  # a change that is looked at
    assert PERSON["tomas"] not in ranked(database, cache, "Salt in wells")[0]
