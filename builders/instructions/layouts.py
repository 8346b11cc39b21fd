"""The layouts of corpora: what kinds of files there are, and which options say where what lies in them.

`files`: per split (`train`, `validation`, `test`, or `all` where the files do not part them) a pattern of names below
the folder of the corpus, or several; `.gz` and `.zip` behind a name are found too. Other options:

- `id`, `document`: templates of what tells an instance, and of what must not stand in two splits (an article, a
  patient). `licence`: a template of the licence of a document, where each has its own.
- `where`: column to the values that are kept; `~word` keeps what has the word. `group`: the column whose equal values
  make one row of lists; lists in them become one.
- `lists`: columns of several values, each with the sign between them.
- `beside`: another table (`files`), joined on a column (`on`). Where both have a column, that of the other is
  `file.column`. A table of codes (a JSON object by code, with questions) tells what the codes of a column say.
- `records`: where in a JSON file the rows are: a path of keys; `*` is every value of an object, whose key is `key`.
- `element`: the elements of an XML file that are rows; a column is a path below one, `/a/b` one from the root,
  `@name` an attribute, `ancestor::a` an element around it.
- `columns`: names of columns where a table has no header. `encoding`, `sheet`. `delimiter`: what stands between
  columns; a blank is any run of them, and the last column takes the rest.
- `languages`: of a TMX file, each a column; `EN` is `en`. `source`: which of medmill's own sources reads the files.
- `translation`: a language of which a source has its questions too; they become `question_en` and the like.
- `test_ids`: a file with the ids of the test split: keys of a JSON object, or lines.

Columns that every row has: `file` and `name`, the name of its file without folder and endings, and `key`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FOR_ALL: Final = ("files", "id", "document", "licence", "where", "group", "lists", "beside", "test_ids")


@dataclass(frozen=True)
class Layout:
    """A layout in words, and the options that it must and may have beside those that all may have."""

    what: str
    needs: tuple[str, ...] = ("files",)
    may: tuple[str, ...] = ()


LAYOUTS: Final[Mapping[str, Layout]] = {
    "json-lines": Layout("a JSON object a line"),
    "json": Layout("a JSON file", may=("records",)),
    "csv": Layout("tables with commas", may=("columns", "encoding", "delimiter")),
    "tsv": Layout("tables with tabs", may=("columns", "encoding", "delimiter")),
    "xlsx": Layout("tables of a spreadsheet", may=("sheet",)),
    "parquet": Layout("Parquet files"),
    "xml": Layout("XML files of records", ("files", "element")),
    "jats": Layout("articles in JATS XML: pmcid, title, abstract, body, sections, licence"),
    "tmx": Layout("translation memories", ("files", "languages")),
    "text-pairs": Layout("two text files whose lines belong together: text, labels", may=("columns",)),
    "obo": Layout(
        "an ontology in OBO: id, name, def, synonym (exact), related, is_a (ids); a term in several files is read once"
    ),
    "bio": Layout("CoNLL columns of tokens and BIO labels, as builders/ner_formats reads them: text, entities"),
    "brat": Layout(
        "texts with BRAT standoff: text, entities, relations (type, and places of head and tail among them)"
    ),
    "pubtator": Layout("PubTator: title and abstract, and lines of offsets: pmid, text, entities"),
    "token-labels": Layout("a file of tokens, and `beside` it one with a label for each: text, entities"),
    "exam-source": Layout(
        "examination questions that a source of medmill reads: schemas/exam_questions.py",
        ("source",),
        ("translation",),
    ),
    "report-source": Layout(
        "reports that a source of medmill reads: study, patient, modality, region, and sections by name (findings, …)",
        ("source",),
    ),
    "task-file": Layout(
        "a task as MedS-Ins publishes it, its instances as rows: id, input, output (a list), definition"
    ),
    "none": Layout("files whose layout nobody has published", ()),
}
"""Every layout that a declaration may name."""
