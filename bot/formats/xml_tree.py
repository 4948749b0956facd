"""XML from people as plain nodes that know their lines. A document with a DTD is refused, so nothing can be expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

MAX_DEPTH = 60
MAX_NODES = 400_000


class XmlError(Exception):
    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


@dataclass(slots=True)
class Node:
    """An element: its name without a namespace, the text directly in it, and the line on which it begins."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list["Node"])

    def all(self, *path: str) -> Iterator[Node]:
        """The elements at the end of that path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Node | None:
        return next(self.all(*path), None)

    def words(self, *path: str) -> str:
        """The text of the first element at that path, "" where there is none."""
        found = self.first(*path)
        return found.text if found is not None else ""

    def walk(self) -> Iterator[Node]:
        """Itself and everything below, in the order of the document."""
        todo: list[Node] = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


def read_xml(data: bytes) -> Node:
    """The document's element; XmlError with a line for what is not XML, or has a DTD, or is nested too deeply."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def begin(name: str, attributes: dict[str, str]) -> None:
        reader.begin(name, attributes, parser.CurrentLineNumber)

    def refuse(*_: object) -> NoReturn:
        raise XmlError(parser.CurrentLineNumber, "it has a DTD or entities of its own, which no export has")

    parser.StartElementHandler = begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.words
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003  # it is the last piece
    except expat.ExpatError as error:
        raise XmlError(error.lineno, f"this is no XML: {expat.ErrorString(error.code)}") from None
    if reader.root is None:
        raise XmlError(1, "this is no XML: it is empty")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def begin(self, name: str, attributes: dict[str, str], line: int) -> None:
        node = Node(name.rpartition(":")[2], attributes, line)
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_NODES:
            raise XmlError(line, "it is nested too deeply, or too large, for questions")
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._texts.append([])

    def end(self, name: str) -> None:
        # put together once: a long text comes in many pieces
        self._open.pop().text = "".join(self._texts.pop())

    def words(self, text: str) -> None:
        self._texts[-1].append(text)
