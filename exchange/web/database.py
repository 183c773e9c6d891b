"""The database as Flask sees it: one session per request, on an engine that obeys the house's rules."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from exchange.store.engine import prepare
from exchange.store.schema import METADATA

# Our own declarative base is kept, Flask-SQLAlchemy's model class being unable to carry a type map.
db = SQLAlchemy(metadata=METADATA)
migrate = Migrate()


def register(app: Flask, migrations: str) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=migrations, render_as_batch=True)
    with app.app_context():
        prepare(db.engine)
