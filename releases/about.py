"""What a recipe says of its dataset, for those who read the card."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """Words of a recipe: its docstring, a title, and what the Hub files a dataset under.

    `languages` are ISO 639 codes, `tasks` ids of the Hub's task categories. `shown_first`: how the name of the
    configuration begins that a reader gets who names none; default: the first.
    """

    docstring: str
    title: str = ""
    languages: tuple[str, ...] = ("en",)
    tasks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ("medical", "radiology")
    shown_first: str = ""

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.docstring.strip().partition("\n")[0]

    @property
    def paragraphs(self) -> list[str]:
        """The docstring behind its first line, a paragraph each, in one line."""
        rest = self.docstring.strip().partition("\n")[2]
        return [" ".join(part.split()) for part in rest.split("\n\n") if part.strip()]
