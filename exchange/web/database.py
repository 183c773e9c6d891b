"""The database as Flask sees it: one session per request, on an engine that obeys the house's rules."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from exchange.store.base import Base
from exchange.store.engine import prepare

# Our own declarative base is kept (Flask-SQLAlchemy's model class cannot carry a type map); only its metadata is shared.
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()


def register(app: Flask, migrations: str) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=migrations, render_as_batch=True)
    with app.app_context():
        prepare(db.engine)
