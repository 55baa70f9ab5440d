"""XML as a stream of elements, with bounds on everything that a hostile file could make large.

Expat is used as it is: ElementTree's C parser keeps what it has read, and its Python parser takes three times as long.
What defusedxml forbids is forbidden here: a document type, and with it entities and anything external.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from xml.parsers import expat

from licence_qr.services.importing.files.lines import MAX_CELL_CHARS, Budget, Damaged, Excess

Attributes = dict[str, str]
_MOST_DEPTH, _MOST_NAMES, _MOST_NAMESPACES = 64, 5_000, 100_000
# Without a single tag: text, a comment or an attribute beyond all measure.
_MOST_QUIET_BYTES = 1024 * 1024


class XmlStream:
    """Calls ``starts`` and ``ends`` by the names of elements; other elements are passed over.

    Names are those of expat with namespaces: the namespace, a space, the name. Text is collected from ``collect`` to
    ``collected``. Raises Damaged, or Excess.
    """

    def __init__(
        self,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[], None]],
        budget: Budget,
    ) -> None:
        self._starts, self._ends, self._budget = starts, ends, budget
        self._names: dict[str, str] = {}
        self._depth = self._quiet = self._namespaces = 0
        self._collecting = False
        self._collected = ""
        self._parser = expat.ParserCreate(None, " ", self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _no_doctype
        self._parser.StartNamespaceDeclHandler = self._namespace

    def feed(self, pieces: Iterable[bytes | str]) -> Iterator[None]:
        """Parse the pieces; a pause after each, in which what was found can be taken away."""
        for piece in pieces:
            self._weigh(piece)
            self._parse(piece, final=False)
            yield
        self._parse(b"", final=True)
        yield

    def collect(self) -> None:
        """Begin to collect text."""
        self._collecting, self._collected = True, ""

    def collected(self) -> str:
        """The text since ``collect``; no more is collected."""
        self._collecting = False
        return self._collected

    def _weigh(self, piece: bytes | str) -> None:
        """Count beginnings and ends of elements, and attributes at half their cost, before they cost anything."""
        text = piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
        tags = text.count(b"<") + text.count(b"/>")
        self._budget.take(markup=tags + text.count(b"=") // 2)
        self._quiet = 0 if tags else self._quiet + len(piece)
        if self._quiet > _MOST_QUIET_BYTES:
            raise Excess("import_markup_too_large")

    def _parse(self, piece: bytes | str, *, final: bool) -> None:
        try:
            self._parser.Parse(piece, final)
        except (expat.ExpatError, ValueError) as error:
            raise Damaged(str(error)) from error
        if len(self._names) > _MOST_NAMES:
            raise Excess("import_markup_too_large")

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise Excess("import_markup_too_large")
        handle = self._starts.get(name)
        if handle is not None:
            handle(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        handle = self._ends.get(name)
        if handle is not None:
            handle()

    def _text(self, text: str) -> None:
        if self._collecting:
            self._collected += text
            if len(self._collected) > MAX_CELL_CHARS:
                raise Excess("import_cell_too_long", limit=MAX_CELL_CHARS)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces += 1
        if self._namespaces > _MOST_NAMESPACES:
            raise Excess("import_markup_too_large")


def _no_doctype(*_: object) -> None:
    raise Damaged("a document type, which no workbook has")


def named(namespaces: Iterable[str], handlers: Mapping[str, Callable[..., None]]) -> dict[str, Callable[..., None]]:
    """Handlers by full name, for each of the namespaces that mean the same."""
    return {f"{namespace} {name}": handle for namespace in namespaces for name, handle in handlers.items()}
