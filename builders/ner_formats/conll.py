"""CoNLL columns: a token and its label per line, a blank line between texts, one file per split.

What is read: `train`, `devel`, `test` and their like (`SPLIT_NAMES`) as .tsv, .conll or .iob, also as .gz; columns
apart by a tab, or by blanks where a line has none; the token first and the label last; IOB1, IOB2, IOBES or BILOU;
`-DOCSTART-` and comments are passed over. From `# id =` (or `# sent_id =`) and `# text =` the text is restored to the
letter; without them it is the tokens one blank apart, and the id is the split and the number of the text.

What is written: SPLIT.conll in IOB2 with both comments. A value that white space or a quotation mark would make unsure
is a JSON string; so no line holds a sign that some program takes for its end.
"""

import gzip
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from builders.ner_formats.frames import SPLIT_NAMES, Labelled, checked, frame, rows
from builders.ner_formats.tokens import aligned, entities, joined, labels, tokens
from builders.store import drafted
from schemas.errors import SourceError
from schemas.words import SPLITS

NAME: Final = re.compile(rf"({'|'.join(SPLIT_NAMES)})\.(tsv|conll|iob)(\.gz)?", re.IGNORECASE)
_COMMENT: Final = re.compile(r"# ?(id|sent_id|text) = ?(.*)")
_PASSED_OVER: Final = re.compile(r"-DOCSTART-\s|-DOCSTART-$|#(?!.*\t)(?!.*\s(?:O|[BIESLU]-\S+)$)")
"""A comment has no tab, and does not end like the line of a token `#`."""
_PLAIN: Final = re.compile(r"(?!\")[^\s\x1c-\x1f](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x1c-\x1f])?")
_FOLD: Final = {sign: f"\\u{sign:04x}" for sign in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


class _Block(NamedTuple):
    """The lines of one text: their number in the file, the comments of ours, tokens and labels."""

    line: int
    said: dict[str, str]
    words: list[str]
    marks: list[str]


def files(folder: Path) -> dict[str, Path]:
    """The file of each split; raises `SourceError` where two files claim one."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and (match := NAME.fullmatch(path.name)):
            split = SPLIT_NAMES[match[1].lower()]
            if split in found:
                raise SourceError(f"{folder}: {found[split].name} and {path.name} are both {split}; keep one of them")
            found[split] = path
    return {split: found[split] for split in SPLITS if split in found}


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits of a folder; raises `SourceError` with file and line where a line is no token with its label."""
    return checked({split: frame(_texts(path, split)) for split, path in files(folder).items()}, folder)


def write(folder: Path, splits: Mapping[str, pl.DataFrame]) -> list[Path]:
    """Write SPLIT.conll per split and return the paths."""
    for split, texts in checked(splits, folder).items():
        with drafted(folder / f"{split}.conll") as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(map(_block, rows(texts)))
    return [folder / f"{split}.conll" for split in splits]


def _block(row: Labelled) -> str:
    offsets = tokens(row)
    lines = [f"# id = {_told(row.id)}", f"# text = {_told(row.text)}"]
    marks = zip(offsets, labels(row, offsets), strict=True)
    lines += [f"{row.text[start:end]}\t{label}" for (start, end), label in marks]
    return "\n".join(lines) + "\n\n"


def _told(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False).translate(_FOLD)


def _texts(path: Path, split: str) -> Iterator[Labelled]:
    return labelled(_lines(path), str(path), split)


def labelled(lines: Iterable[str], where: str, split: str, first: int = 1) -> Iterator[Labelled]:
    """The texts of lines, the first of which has the number `first`; raises `SourceError` that begins with `where`."""
    for number, block in enumerate(_blocks(lines, where, first), 1):
        text, offsets = _placed(block, where)
        name = block.said.get("id", block.said.get("sent_id", f"{split}/{number}"))
        try:
            found = entities(offsets, block.marks)
        except SourceError as error:
            raise SourceError(f"{where}, text from line {block.line}: {error}") from None
        yield Labelled(_untold(name), text, found)


def _placed(block: _Block, where: str) -> tuple[str, list[tuple[int, int]]]:
    """The text and where its tokens stand; a quoted text of somebody else's is taken as it is."""
    if "text" not in block.said:
        return joined(block.words)
    for text in (_untold(block.said["text"]), block.said["text"]):
        if (offsets := aligned(text, block.words)) is not None:
            return text, offsets
    raise SourceError(
        f"{where}, text from line {block.line}: the tokens are not those of its `# text =`; remove that comment to "
        "read the tokens one blank apart"
    )


def _untold(value: str) -> str:
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    return value


def _blocks(lines: Iterable[str], where: str, first: int) -> Iterator[_Block]:
    """Blocks that hold a token or one of our comments."""
    block = _Block(first, {}, [], [])
    for number, line in enumerate(lines, first):
        if not line.strip():
            if block.said or block.words:
                yield block
            block = _Block(number + 1, {}, [], [])
        elif said := _COMMENT.fullmatch(line):
            block.said[said[1]] = said[2]
        elif not _PASSED_OVER.match(line):
            word, label = _columns(line, f"{where}, line {number}")
            block.words.append(word)
            block.marks.append(label)
    if block.said or block.words:
        yield block


def _columns(line: str, where: str) -> tuple[str, str]:
    columns = line.split("\t") if "\t" in line else line.split()
    if len(columns) < 2 or not columns[0]:
        raise SourceError(f"{where}: {len(columns)} column; expected a token and, behind a tab, its label")
    return columns[0], columns[-1]


def _lines(path: Path) -> Iterable[str]:
    """Lines as `\\n` and `\\r\\n` end them: other signs that end lines may stand within a token."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rb") as file:
            for number, line in enumerate(file):
                yield line.removeprefix(b"" if number else BOM_UTF8).decode("utf-8").rstrip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not readable as UTF-8 text ({error}); get it again") from error
