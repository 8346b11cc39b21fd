"""Patients and their studies: what each has, and what the report says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

from builders.sources.grammar.layout import Page, Placed
from builders.sources.grammar.sentences import Sentence, Thing, say, say_normal, slots, thing
from builders.sources.grammar.words import Dice, Phrase, Term, words

T = TypeVar("T")
_TOPICS = ("devices", "lungs", "pleura", "heart", "mediastinum", "diaphragm", "bones", "soft")
_SHAPES = (("both", 0.66), ("impression", 0.16), ("findings", 0.12), ("neither", 0.045), ("two_findings", 0.015))
_SPLITS = (("train", 0.8), ("validate", 0.1), ("test", 0.1))
_ACQUIRED = (
    ((("AP",), "CHEST (PORTABLE AP)"), 0.36),
    ((("PA", "LATERAL"), "CHEST (PA AND LAT)"), 0.5),
    ((("PA", "PA", "LATERAL"), "CHEST (PA AND LAT)"), 0.06),
    ((("AP", "LL"), "CHEST (AP AND LAT)"), 0.06),
    ((("",), "CHEST RADIOGRAPH"), 0.02),
)


_RANK = {"absent": 0, "resolved": 0, "uncertain": 1, "present": 2}
_STATES = ("absent", "uncertain", "present")


class Image(NamedTuple):
    """One image: 40 hexadecimal digits in groups of eight, and its view as DICOM names it (may be empty)."""

    id: str
    view: str


@dataclass
class Study:
    """One study: its report, what the report says and where, its images and labels."""

    patient: str
    id: str
    split: str
    day: date
    text: str
    placed: Sequence[Placed]
    images: Sequence[Image]
    labels: dict[str, str] = field(default_factory=dict)


def patient_studies(dice: Dice, patient: str, study_ids: Iterator[str], most: int) -> Iterator[Study]:
    """All studies of one patient, in order of time, `most` at most; each takes the next of `study_ids`."""
    split = _by_share(_SPLITS, dice)
    day = date(2110 + dice.number(0, 90), dice.number(1, 12), dice.number(1, 28))
    known: list[Thing] = []
    count = 1 if dice.chance(0.55) else 2 + int(5 * dice.throw() ** 2)
    for number in range(min(count, most)):
        study = next(study_ids)
        day += timedelta(days=dice.number(1, 400) if number else 0)
        views, examination = _by_share(_ACQUIRED, dice)
        report = _Report(dice, known, follow_up=number > 0)
        text = report.written(examination)
        images = [Image(_dicom_id(dice), view) for view in views]
        yield Study(patient, study, split, day, text, report.page.placed, images, _labels(report.page.placed))
        known = [had for had, phrase in report.said if phrase.assertion != "resolved" and dice.chance(0.75)]


class _Report:
    """The writing of one report."""

    def __init__(self, dice: Dice, known: Sequence[Thing], *, follow_up: bool) -> None:
        self.dice = dice
        self.follow_up = follow_up
        self.page = Page()
        self.said = [(had, self._phrase(had)) for had in self._things(known)]
        self.canned = not self.said and dice.chance(0.12)

    def _things(self, known: Sequence[Thing]) -> list[Thing]:
        things = {had.term.concept: had.again(self.dice) for had in known}
        wanted = 0 if self.dice.chance(0.34) else self.dice.number(1, 4)
        for _ in range(wanted):
            term = words().findings.pick(self.dice)
            things.setdefault(term.concept, thing(term, self.dice))
        while self.dice.chance(0.22):
            term = words().devices.pick(self.dice)
            things.setdefault(term.concept, thing(term, self.dice))
        return sorted(things.values(), key=lambda had: _TOPICS.index(had.term.topic))

    def _phrase(self, had: Thing) -> Phrase:
        phrases = words().phrases["device" if had.term.kind == "device" else "finding"]
        phrase = phrases.pick(self.dice)
        while phrase.change and not self.follow_up:
            phrase = phrases.pick(self.dice)
        return phrase

    def written(self, examination: str) -> str:
        """The text of the report."""
        dice, page = self.dice, self.page
        shape = _by_share(_SHAPES, dice)
        if dice.chance(0.012):
            self._addendum()
        page.write(f"{' ' * 33}FINAL REPORT\n")
        page.section("examination", "EXAMINATION", [Sentence(examination, ())], inline=True)
        self._reason()
        prior = "___" if self.follow_up else "None."
        page.section("comparison", "COMPARISON", [Sentence(prior, ())], inline=True)
        if shape == "neither":
            page.write(" ")
            page.paragraph("last_paragraph", 0, self._body())
        if shape == "two_findings":
            page.write(" CHEST, TWO VIEWS: \n \n")
        if shape in ("both", "findings", "two_findings"):
            page.section("findings", "FINDINGS", self._body())
        if shape in ("both", "impression", "two_findings"):
            page.section("impression", "CONCLUSION" if dice.chance(0.03) else "IMPRESSION", self._summary())
        return page.text()

    def _addendum(self) -> None:
        told = Sentence("Results were discussed with the team by telephone on ___.", ())
        self.page.write(f"{' ' * 33}FINAL REPORT\n")
        self.page.section("addendum", "ADDENDUM", [told], inline=True)
        self.page.write(f" {'_' * 78}\n")

    def _reason(self) -> None:
        age, dice = "___ year old ", self.dice
        who = dice.pick(("man", "woman", "patient"))
        why = dice.pick(("cough", "fever", "dyspnea", "chest pain", "recent fall", "line placement", "hypoxia"))
        phrase = words().phrases["reason"].pick(dice)
        term = words().findings.pick(dice)
        asked = say(phrase, [thing(term, dice)], dice)
        head = f"{age}{who} with {why}, "
        moved = tuple(
            mention._replace(start=mention.start + len(head), end=mention.end + len(head)) for mention in asked.mentions
        )
        tail = asked.text[0].lower() + asked.text[1:]
        self.page.section("indication", "INDICATION", [Sentence(head + tail, moved)], inline=True)

    def _body(self) -> list[Sentence]:
        if self.canned:
            return [say_normal(words().normal[topic].options[0]) for topic in ("lungs", "heart", "bones")]
        spoken = {had.term.concept for had, _ in self.said}
        sentences = []
        for topic in _TOPICS:
            here = [(had, phrase) for had, phrase in self.said if had.term.topic == topic]
            sentences += [say(phrase, [had], self.dice) for had, phrase in here]
            sentences += self._unremarkable(topic, spoken, quiet=not here)
        return sentences

    def _unremarkable(self, topic: str, spoken: set[str], *, quiet: bool) -> list[Sentence]:
        sentences, dice = [], self.dice
        normal = words().normal.get(topic)
        if quiet and normal and dice.chance(0.6):
            sentences.append(say_normal(normal.pick(dice)))
        if topic in ("lungs", "pleura", "bones", "diaphragm") and dice.chance(0.5):
            absent = self._absent(topic, spoken)
            if absent:
                sentences.append(absent)
        return sentences

    def _absent(self, topic: str, spoken: set[str]) -> Sentence | None:
        phrase = words().phrases["negative"].pick(self.dice)
        free = [term for term in _askable(topic) if term.concept not in spoken]
        if len(free) < slots(phrase):
            return None
        chosen: list[Term] = []
        while len(chosen) < slots(phrase):
            term = self.dice.pick(free)
            if term not in chosen:
                chosen.append(term)
        spoken.update(term.concept for term in chosen)
        return say(phrase, [thing(term, self.dice) for term in chosen], self.dice)

    def _summary(self) -> list[Sentence]:
        if self.canned or not self.said:
            return [say_normal(words().normal["impression"].pick(self.dice))]
        return [say(phrase, [had.again(self.dice)], self.dice) for had, phrase in self.said[:4]]


@lru_cache(maxsize=16)
def _askable(topic: str) -> Sequence[Term]:
    """Terms that a sentence of this topic denies; effusion and pneumothorax go with the lungs."""
    by_topic = words().by_topic
    together = ("lungs", "pleura") if topic in ("lungs", "pleura") else (topic,)
    return [
        term
        for name in together
        for term in by_topic[name]
        if all(surface.number != "many" for surface in term.surfaces)
    ]


def _labels(placed: Sequence[Placed]) -> dict[str, str]:
    """The state of every label that the report gives one: present before uncertain before absent."""
    terms, labels = words().terms, {}
    for place in placed:
        mention = place.mention
        label = terms[mention.concept].label if mention.concept in terms else ""
        rank = _RANK.get(mention.assertion)
        if label and rank is not None:
            labels[label] = max(rank, labels.get(label, 0))
    if not any(rank for label, rank in labels.items() if label != "Support Devices"):
        labels["No Finding"] = _RANK["present"]
    return {label: _STATES[rank] for label, rank in labels.items()}


def _by_share(options: Sequence[tuple[T, float]], dice: Dice) -> T:
    place = dice.throw() * sum(share for *_, share in options)
    for option, share in options:
        place -= share
        if place < 0:
            return option
    return options[-1][0]


def _dicom_id(dice: Dice) -> str:
    return "-".join(f"{int(dice.throw() * 2**32):08x}" for _ in range(5))
