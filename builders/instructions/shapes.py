"""The shapes of tasks: what kinds of pairs of input and output there are, and what each needs of a row of a corpus.

A declaration fills the slots of its shape. What a slot holds:

- a template: `{column}` is the value of a column, `{a.b}` of a field in it, other words stand as they are. A template
  that names one column and no more may be of any type: a list of options, a list of labels, entities. Else a list is
  its different values, a line each; where all columns of a template are lists of one length in a row, it is filled once
  for each place. A row of which a column is empty is rejected, but for `context` and `background`, which then vanish.
- words: a list of words. A table: values of the corpus to words of the output; what it lacks is a rejected row.
- one of a few words.

What the slots mean:

- `text`, `question`, `source`, `premise`, `hypothesis`, `context`, `background`: parts of the input.
- `summary`, `answer`, `target`, `reply`, `output`: what is to be answered. Several right ones: a list.
- `options`: the choices, as a list, or as templates one after the other. `numbering`: how they are marked (`A-E`,
  `1-5`, or `words` where the answer is the option itself). `answer` of a choice: letter, number from 1, or the option.
  They stand below the question, unless the declaration names them, as its definitions then must. Several right marks
  have commas between. `also`: a list of other answers that examiners accepted, each as right as the first (`A,C`).
- `label`, `labels`: a class, several classes; `words` says how they are spelt in the output, `none` what is answered
  where there is none. Several have commas between, and semicolons where no `words` close them.
- `entities`: spans with type, as the layouts of labelled text give them, or mentions as they are written; `types`:
  which count, all if missing. `written`: each mention once in the order of the text, comma between (`mentions`); with
  its type as `mention (type)` (`pairs`); per line of the text a JSON object of entities and `relations` (`lines`).
- `swapped`: a column that half of the rows, drawn by their ids, take from another row; the column `is_swapped` then
  says `yes`, else `no`. Whatever is drawn from other rows is of their shard, split and licence. `holds`: the label is
  `yes` where the list has one of these words, else `no`.
- `term`, `definition`, `synonyms`, `parents`: what an ontology has of a term. `asked` of it: its `synonym`, its
  `definition`, its `name` (the definition is given), which of several terms a definition belongs to (`match`), or how
  two terms are related (`relation`).
- `wanted`: of pairs of sentences only those with this label are told further; others are no rejected rows.
- `cut`: the headings at which a text parts in what is given and what is to be written: the first line that begins with
  one of them, in any case.
- `columns`: what of a row is written as `name: value` lines, all if missing; `leave_out`: what never is. `options` of
  a row: the choices that stand below it; `{column}` is every value that the column has.
- `candidates`, `relevant`: what is searched, and which of it is right; drawn from the other rows where missing.
- `per`: `pair`, or `premise`, where all hypotheses of a premise stand in one input, shuffled, under the lowest id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TEMPLATE: Final = "a template"
TEMPLATES: Final = "a template or a list of templates"
WORDS: Final = "a list of words"
TABLE: Final = "a table of words"

Kind = str | tuple[str, ...]
"""What a slot takes: one of the four above, or one of several words."""


@dataclass(frozen=True)
class Shape:
    """A shape in words, the slots that it needs, and those it can do without."""

    what: str
    needs: Mapping[str, Kind]
    may: Mapping[str, Kind]


_LABELLED: Final = {"words": TABLE, "none": TEMPLATE}

SHAPES: Final[Mapping[str, Shape]] = {
    "multiple-choice": Shape(
        "a question with options, answered by one or several of them",
        {"question": TEMPLATE, "options": TEMPLATES, "answer": TEMPLATE},
        {"context": TEMPLATE, "numbering": ("A-E", "1-5", "words"), "words": TABLE, "also": TEMPLATE},
    ),
    "classification": Shape(
        "a text and the class it is of",
        {"text": TEMPLATE, "label": TEMPLATE},
        {"swapped": TEMPLATE, "holds": WORDS, **_LABELLED},
    ),
    "multi-label": Shape("a text and all classes it is of", {"text": TEMPLATE, "labels": TEMPLATE}, _LABELLED),
    "span-list": Shape(
        "a text and the mentions in it",
        {"text": TEMPLATE, "entities": TEMPLATE},
        {"types": WORDS, "written": ("mentions", "pairs", "lines"), "relations": TEMPLATE, **_LABELLED},
    ),
    "nli-label": Shape(
        "two sentences and whether one follows from the other",
        {"premise": TEMPLATE, "hypothesis": TEMPLATE, "label": TEMPLATE},
        {"words": TABLE, "per": ("pair", "premise")},
    ),
    "nli-generation": Shape(
        "a sentence, and one that stands in a given relation to it",
        {"premise": TEMPLATE, "hypothesis": TEMPLATE, "label": TEMPLATE, "wanted": TEMPLATE},
        {},
    ),
    "summarisation": Shape(
        "a long text and a short one", {"text": TEMPLATE, "summary": TEMPLATE}, {"background": TEMPLATE}
    ),
    "report-section": Shape("sections of a report, and another of it", {"text": TEMPLATE, "output": TEMPLATE}, {}),
    "completion": Shape("the begin of a document, and its part behind a heading", {"text": TEMPLATE, "cut": WORDS}, {}),
    "key-values": Shape(
        "a row of a table as text, and one column of it",
        {"label": TEMPLATE},
        {"columns": WORDS, "leave_out": WORDS, "words": TABLE, "options": WORDS},
    ),
    "ontology": Shape(
        "a term, and what an ontology says of it",
        {"term": TEMPLATE, "asked": ("synonym", "definition", "name", "match", "relation")},
        {"definition": TEMPLATE, "synonyms": TEMPLATE, "parents": TEMPLATE, "words": TABLE},
    ),
    "translation": Shape("a text in two languages", {"source": TEMPLATE, "target": TEMPLATE}, {}),
    "dialogue": Shape(
        "what a person asks, and a reply", {"question": TEMPLATE, "reply": TEMPLATE}, {"background": TEMPLATE}
    ),
    "question-answer": Shape(
        "a question and its answer in sentences", {"question": TEMPLATE, "answer": TEMPLATE}, {"context": TEMPLATE}
    ),
    "generation": Shape("a text, and one that is to be written from it", {"text": TEMPLATE, "output": TEMPLATE}, {}),
    "retrieval": Shape(
        "a text, and which of several others belong to it",
        {"text": TEMPLATE, "relevant": TEMPLATE},
        {"candidates": TEMPLATE},
    ),
}
"""Every shape that a declaration may name."""
