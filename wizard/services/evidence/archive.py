"""A sample as a ZIP file, made while it is sent: each document is fetched, added and let go.

Nothing is stored. One document at a time is in memory, whole, so that no broken one comes into the file.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePath
from threading import BoundedSemaphore
from typing import TypeVar

from zipstream import ZipStream

from wizard.models import User, now
from wizard.providers.base import (
    Document,
    FileCutError,
    FileTooLargeError,
    FiscalYear,
    ProviderError,
    Voucher,
)
from wizard.providers.gate import BudgetSpentError
from wizard.services.books import vouchers
from wizard.services.books.documents import Place, open_document
from wizard.services.books.media_types import NOT_IN_NAMES
from wizard.services.context import ProviderContext
from wizard.services.evidence import manifest
from wizard.services.evidence.finding import Fate, Item
from wizard.services.evidence.manifest import AGAIN, Contents, Fetched, Missing, Origin, Words
from wizard.services.evidence.sample_progress import Progress
from wizard.services.evidence.signing import Signer
from wizard.services.grants.tokens import DisconnectedError, RenewalNeededError

TRIES = 3
PAUSE_SECONDS = 1.0
MOST_WAIT = 900.0  # seconds that one sample waits for the call budget, in all
LONGEST_WAIT = 20.0  # without a byte, which proxies bear
LONGEST_NAME = 100
SILENT_IN_A_ROW = (
    3  # documents that got no answer: the provider is away, and the rest is not asked for
)
PASSING = {Fate.CUT, Fate.AWAY}
AT_ONCE = 4  # archives of this process, each with a document of at most 20 MB in memory

T = TypeVar("T")
_places = BoundedSemaphore(AT_ONCE)


class TooManyArchivesError(Exception):
    """This process makes as many archives as it may; another try in a minute can help."""


@dataclass
class Archive:
    """The ZIP file of a sample. ``begin`` it, send its ``pieces``, and ``end`` it whatever happens.

    ``reader`` is who fetches; without one the platform does, with the key of the context's sessions.
    ``progress`` is told how it goes on, for a page that follows it.
    """

    context: ProviderContext
    connection_id: int
    origin: Origin
    year: FiscalYear
    items: tuple[Item, ...]
    signer: Signer
    words: Words
    reader: User | None = None
    progress: Progress | None = None
    _fetched: list[Fetched] = field(default_factory=list)
    _missing: list[Missing] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _waited: float = 0.0
    _silent: int = 0
    _over: Fate | None = None
    _held: bool = False

    def begin(self) -> None:
        """Take a place among the archives of this process; raises TooManyArchivesError."""
        if not _places.acquire(blocking=False):
            raise TooManyArchivesError
        self._held = True

    def end(self) -> None:
        """Leave the place; to do it again does nothing."""
        if self._held:
            self._held = False
            _places.release()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are fetched, in order; those that are known to be missing for good are left out."""
        return tuple(_label(item) for item in self.items if _is_fetched(item))

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the file, as they are made; the manifest comes last."""
        try:
            yield from self._pieces()
        finally:
            if self.progress:  # after its end this changes nothing
                self.progress.stop()

    def _pieces(self) -> Iterator[bytes]:
        began, zipped = now(), ZipStream()
        for item in self.items:
            fetched, missing = len(self._fetched), len(self._missing)
            for name, content in self._documents(item):
                zipped.add(content, name)
                yield from zipped.all_files()
            if self.progress and _is_fetched(item):
                kept_back = any(one.fate in AGAIN for one in self._missing[missing:])
                came = len(self._fetched) - fetched
                self.progress.move(came, _label(item) if kept_back else "", gone=1)
        contents = Contents(self.origin, self.year, began, now(), self._fetched, self._missing)
        zipped.add(manifest.as_csv(contents, self.words), manifest.CSV_NAME)
        zipped.add(manifest.as_json(contents, self.signer), manifest.JSON_NAME)
        if again := manifest.as_text(self._missing):
            zipped.add(again, manifest.MISSING_NAME)
        yield from zipped.finalize()
        if self.progress:
            self.progress.end()

    def _documents(self, item: Item) -> Iterator[tuple[str, bytes]]:
        """The names and contents of a voucher's documents; what is missing is noted."""
        voucher, fate = item.voucher, self._over or item.fate
        if voucher is None or fate is not Fate.FOUND:
            if voucher is None or item.fate is not Fate.FOUND:
                fate = item.fate
            self._missing.append(Missing(item.asked, fate, voucher))
            return
        documents = self._try(lambda: self._listed(voucher))
        if isinstance(documents, Fate):
            self._missing.append(Missing(item.asked, documents, voucher))
            return
        if not documents:
            self._missing.append(Missing(item.asked, Fate.WITHOUT_DOCUMENTS, voucher))
        for document in documents:
            yield from self._document(item, voucher, document)

    def _document(
        self, item: Item, voucher: Voucher, document: Document
    ) -> Iterator[tuple[str, bytes]]:
        found = self._try(lambda: self._over or self._fetch(voucher, document))
        if isinstance(found, Fate):
            self._missing.append(Missing(item.asked, found, voucher, document.id, document.name))
            return
        row, content = found
        self._fetched.append(row)
        yield row.file, content

    def _listed(self, voucher: Voucher) -> list[Document]:
        return vouchers.documents_of(self.context, self.connection_id, voucher, seconds=20.0)

    def _fetch(self, voucher: Voucher, document: Document) -> tuple[Fetched, bytes] | Fate:
        place = Place(voucher.year_id, voucher.id, document.id)
        opened = open_document(
            self.context,
            self.connection_id,
            place,
            staff=self.reader,
            known=voucher.dated,
            seconds=20.0,
        )
        if opened is None:
            return Fate.NOT_FOUND
        with closing(opened.file):
            content = b"".join(opened.file.pieces())
        if not content:
            return Fate.EMPTY
        row = Fetched(
            self._name(voucher, PurePath(opened.name).suffix),
            voucher,
            document.id,
            document.name,
            opened.kind.value,
            len(content),
            hashlib.sha256(content).hexdigest(),
            now(),
        )
        return row, content

    def _try(self, call: Callable[[], T]) -> T | Fate:
        """The result, or why there is none: tried again after a failure that may pass."""
        tries = 0
        while True:
            try:
                found = call()
            except BudgetSpentError as error:
                if not self._wait(error.seconds):
                    return Fate.AWAY
            except (RenewalNeededError, DisconnectedError):
                self._over = Fate.ENDED
                return Fate.ENDED
            except (ProviderError, FileCutError) as error:
                fate, tries = _fate_of(error), tries + 1
                if fate not in PASSING or tries == TRIES:
                    return self._given_up(fate)
                time.sleep(PAUSE_SECONDS)
            else:
                self._silent = 0
                return found

    def _given_up(self, fate: Fate) -> Fate:
        """Note a failure; several that got no answer in a row say that nothing more will come."""
        self._silent = self._silent + 1 if fate is Fate.AWAY else 0
        if self._silent == SILENT_IN_A_ROW:
            self._over = Fate.AWAY
        return fate

    def _wait(self, seconds: float) -> bool:
        """Wait for the call budget; False if this sample has waited long enough."""
        pause = min(max(seconds, 0.5), LONGEST_WAIT)
        if self._waited + pause > MOST_WAIT:
            return False
        self._waited += pause
        if self.progress:
            self.progress.move()
        time.sleep(pause)
        return True

    def _name(self, voucher: Voucher, ending: str) -> str:
        """A name that sorts by date and number, safe in Windows, and like no other in the file."""
        words = " ".join(filter(None, (str(voucher.day or ""), voucher.label, voucher.text)))
        stem = NOT_IN_NAMES.sub("_", words)[:LONGEST_NAME].strip(" .") or "underlag"
        name, place = f"{stem}{ending}", 1
        while name.casefold() in self._names:
            place += 1
            name = f"{stem} ({place}){ending}"
        self._names.add(name.casefold())
        return name


def _is_fetched(item: Item) -> bool:
    return item.fate is Fate.FOUND or item.fate in AGAIN


def _label(item: Item) -> str:
    return item.voucher.label if item.voucher and item.voucher.label else item.asked


def _fate_of(error: ProviderError | FileCutError) -> Fate:
    if isinstance(error, FileCutError):
        return Fate.CUT
    if isinstance(error, FileTooLargeError):
        return Fate.TOO_LARGE
    return Fate.AWAY if error.transient else Fate.REFUSED
