"""Prompts as Markdown files: a version, what the model is told, and examples of our own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from annotators.llm.asking import Message

_VERSION: Final = re.compile(r"\A---\nversion: (\d+)\n---\n")
_INCLUDED: Final = re.compile(r"^<<(.+)>>$", re.MULTILINE)
"""A line `<<PATH>>` stands for another file without its title: what several prompts and people share."""
_HEADINGS: Final = re.compile(r"^# (system|question|answer)$\n", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """`version` says which wording this is; what is stored by the messages changes with every letter anyway."""

    version: int
    system: str
    examples: tuple[tuple[str, str], ...]

    def messages(self, question: str, retold: Sequence[tuple[str, str]] = ()) -> tuple[Message, ...]:
        """The question behind the examples; `retold`: answers to it that could not be used, and why."""
        told = [("system", self.system)]
        for asked, answered in self.examples:
            told += [("user", asked), ("assistant", answered)]
        told.append(("user", question))
        for answer, why in retold:
            told += [("assistant", answer), ("user", f"This answer cannot be used: {why}. Answer again.")]
        return tuple({"role": role, "content": content} for role, content in told)


@cache
def prompt(file: Path) -> Prompt:
    """Read a prompt; raises ValueError where it is not `# system`, then pairs of `# question` and `# answer`."""
    text = _INCLUDED.sub(lambda match: _body(file.parent / match[1]), file.read_text(encoding="utf-8"))
    version = _VERSION.match(text)
    names, parts = _parts(text)
    if version is None or names != ["system", *["question", "answer"] * (len(names) // 2)]:
        raise ValueError(f"{file}: expected a version, `# system`, then `# question` and `# answer` in turns")
    return Prompt(int(version[1]), parts[0], tuple(zip(parts[1::2], parts[2::2], strict=True)))


def _body(file: Path) -> str:
    """A Markdown file without its title."""
    return file.read_text(encoding="utf-8").partition("\n")[2].strip()


def _parts(text: str) -> tuple[list[str], list[str]]:
    pieces = _HEADINGS.split(text)
    return pieces[1::2], [piece.strip() for piece in pieces[2::2]]
