"""The wizard without its limit of open documents, for `tests.measures.slow_readers` to compare with."""

from wizard import create_app
from wizard.web.open_documents import OpenDocuments


class Uncapped(OpenDocuments):
    """As many as there are readers."""

    def limit(self, threads: int) -> None:
        """There is none."""


app = create_app()
app.extensions["open_documents"] = Uncapped()
