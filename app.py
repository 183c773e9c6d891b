"""The application object for ``flask --app app run``, ``python app.py`` and WSGI servers."""

from exchange.web import create_app

app = create_app()

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)
