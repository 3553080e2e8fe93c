"""What a web server runs: gunicorn wsgi:app."""

from wizard import create_app

app = create_app()
