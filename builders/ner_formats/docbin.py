"""spaCy's `DocBin`: one file of documents per split, with the entities as `doc.ents` and the id in `doc.user_data`.

The tokens are ours (`tokens.py`) and not those of a spaCy pipeline, so that every entity lies on them and none is lost;
white space other than one blank behind a token is a token of its own, as spaCy has it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from builders.ner_formats.frames import SPLIT_NAMES, Labelled, checked, frame, rows
from builders.ner_formats.tokens import tokens
from builders.store import drafted
from schemas.errors import SourceError
from schemas.words import SPLITS

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

ID: Final = "id"
"""Key of the id in `doc.user_data`."""
_NAME: Final = re.compile(rf"({'|'.join(SPLIT_NAMES)})\.spacy", re.IGNORECASE)


def files(folder: Path) -> dict[str, Path]:
    """The file of each split."""
    named = {
        SPLIT_NAMES[match[1].lower()]: path
        for path in sorted(folder.iterdir())
        if (match := _NAME.fullmatch(path.name))
    }
    return {split: named[split] for split in SPLITS if split in named}


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits of a folder; raises `SourceError` where a file is no DocBin."""
    return checked({split: frame(_texts(path, split)) for split, path in files(folder).items()}, folder)


def write(folder: Path, splits: Mapping[str, pl.DataFrame]) -> list[Path]:
    """Write SPLIT.spacy per split and return the paths."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    for split, texts in checked(splits, folder).items():
        held = DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)
        vocab = Vocab()
        for row in rows(texts):
            held.add(document(vocab, row))
        with drafted(folder / f"{split}.spacy") as draft:
            held.to_disk(draft)
    return [folder / f"{split}.spacy" for split in splits]


def document(vocab: "Vocab", row: Labelled) -> "Doc":
    """A text as a spaCy document whose `text` is the same to the letter."""
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    before = 0
    for start, end in [*tokens(row), (len(row.text), len(row.text))]:
        gap = row.text[before:start]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        for word in filter(None, (gap, row.text[start:end])):
            words.append(word)
            spaces.append(False)
        first[start], last[end] = len(words) - 1, len(words)
        before = end
    doc = Doc(vocab, words=words, spaces=spaces, user_data={ID: row.id})
    doc.ents = [_span(doc, first[start], last[end], kind) for start, end, kind in row.entities]
    return doc


def _span(doc: "Doc", first: int, end: int, kind: str) -> Any:
    from spacy.tokens import Span

    return Span(doc, first, end, label=kind)


def _texts(path: Path, split: str) -> Iterator[Labelled]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        docs = list(DocBin().from_disk(path).get_docs(Vocab()))
    except Exception as error:  # of zlib, msgpack or numpy, by what is wrong with the bytes
        raise SourceError(f"{path}: not a DocBin of spaCy 3 ({type(error).__name__}); write it again") from error
    for number, doc in enumerate(docs, 1):
        spans = [(span.start_char, span.end_char, span.label_) for span in doc.ents]
        yield Labelled(str(doc.user_data.get(ID, f"{split}/{number}")), doc.text, spans)
