"""Small copies of the published exams in the shapes of their files; every word is invented."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

STEMS = {
    "en": "A patient number {} has a cough of {} days and a fever of 39 degrees. Which drug is given first?",
    "zh": "第{}位患者咳嗽{}天并发热三十九度，首选药物是哪一种？",
    "ja": "第{}番の患者は{}日前から咳と三十九度の発熱がある。最初に用いる薬はどれか。",
    "fr": "Le patient numéro {} tousse depuis {} jours avec une fièvre de 39 degrés. Quel médicament donner ?",
    "es": "El paciente número {} tose desde hace {} días con fiebre de 39 grados. ¿Qué fármaco se da primero?",
}
DRUGS = ("amoxa{}cin", "belo{}prazol", "cori{}statin", "deno{}pril", "efa{}lukast")


def stem(language: str, number: int) -> str:
    """A question of its own for every number."""
    return STEMS[language].format(number, number * 7 + 3)


def drugs(number: int, count: int = 5) -> list[str]:
    """Options of their own for every number."""
    return [name.format(number) for name in DRUGS[:count]]


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """JSON lines, packed where the name says so."""
    return _write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def write_json(path: Path, value: Any) -> Path:
    """One JSON file."""
    return _write(path, json.dumps(value, ensure_ascii=False))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def igakuqa_row(number: int, **other: Any) -> dict[str, Any]:
    row = {"problem_id": f"112A{number}", "problem_text": stem("ja", number), "choices": drugs(number),
           "text_only": True, "answer": ["abcde"[number % 5]], "points": "1"}  # fmt: skip
    return {**row, **other}


def igakuqa(folder: Path, rows: int = 20) -> Path:
    """One paper of 2018, with the files beside it that are and are not read."""
    made = [igakuqa_row(number) for number in range(1, rows + 1)]
    write_lines(folder / "data" / "2018" / "112-A.jsonl", made)
    about = [{"problem_id": f"112A{number}", "category": "感染症"} for number in range(1, rows + 1)]
    write_lines(folder / "data" / "2018" / "112-A_metadata.jsonl", about)
    write_lines(folder / "data" / "2018" / "112-A_translate.jsonl", made)
    return folder


def french_row(split: str, number: int, **other: Any) -> dict[str, Any]:
    row = {"id": f"{split}{number:04}", "question": stem("fr", number),
           "answers": dict(zip("abcde", drugs(number), strict=True)),
           "correct_answers": ["a", "c"] if number % 2 else ["b"], "subject_name": "pharmacie"}  # fmt: skip
    return {**row, **other}


def frenchmedmcqa(folder: Path, **splits: list[dict[str, Any]]) -> Path:
    """Train packed, dev and test plain."""
    rows = {"train": [french_row("train", n) for n in range(1, 11)], "dev": [french_row("dev", n) for n in (21, 22)],
            "test": [french_row("test", n) for n in (31, 32, 33)], **splits}  # fmt: skip
    write_json(folder / "corpus" / "train.json.gz", rows["train"])
    for split in ("dev", "test"):
        write_json(folder / "corpus" / f"{split}.json", rows[split])
    return folder


def russian_row(split: str, number: int, **other: Any) -> dict[str, Any]:
    row = {"context": f"Препарат номер {number} снижает давление и частоту пульса у больных старше {number + 40} лет.",
           "question": f"Препарат номер {number} повышает давление?", "answer": "нет" if number % 2 else "да",
           "pairID": f"{split}{number:04}"}  # fmt: skip
    return {**row, **other}


def rumeddanet(folder: Path) -> Path:
    """With a task of the same file names beside it, and the private test set."""
    task = folder / "data" / "RuMedDaNet"
    write_lines(task / "train_v1.jsonl.gz", [russian_row("train", n) for n in range(1, 7)])
    write_lines(task / "dev_v1.jsonl", [russian_row("dev", 11)])
    write_lines(task / "test_v1.jsonl", [russian_row("test", n) for n in (21, 22)])
    write_lines(task / "private_test_v1.jsonl", [{"pairID": "p1", "context": "Текст.", "question": "Вопрос?"}])
    write_lines(folder / "data" / "RuMedNLI" / "train_v1.jsonl", [{"ru_sentence1": "x"}])
    return folder


def spanish_row(number: int, **other: Any) -> dict[str, Any]:
    options = [{"aid": place, "atext": text} for place, text in enumerate(drugs(number, 4), 1)]
    row = {"qid": str(number), "qtext": stem("es", number), "ra": str(number % 4 + 1), "answers": options, "image": ""}
    return {**row, **other}


def headqa(folder: Path) -> Path:
    """An exam per split; one question of test has a picture."""
    for split, year, numbers in (("train", 2013, range(1, 7)), ("dev", 2015, (11,)), ("test", 2016, (21, 22))):
        rows = [spanish_row(n, **({"image": "./data/img1.png"} if n == 22 else {})) for n in numbers]
        name = f"Cuaderno_{year}_1_M"
        exam = {"name": name, "year": str(year), "category": "medicine", "data": rows}
        write_json(folder / "data" / "HEAD" / f"{split}_HEAD.json",
                   {"version": "1.0", "language": "es", "exams": {name: exam}})  # fmt: skip
    return folder


def medqa_row(language: str, number: int, count: int = 5, **other: Any) -> dict[str, Any]:
    options = dict(zip("ABCDE", drugs(number, count), strict=False))
    letter = "ABCDE"[number % count]
    row = {"question": stem(language, number), "answer": options[letter], "options": options, "meta_info": "step1",
           "answer_idx": letter}  # fmt: skip
    return {**row, **other}


def medqa(folder: Path) -> Path:
    """Both parts, five options and the variant with four."""
    for part, language, four in (("US", "en", "phrases_no_exclude_{}.jsonl"), ("Mainland", "zh", "{}.jsonl")):
        home = folder / "data_clean" / "questions" / part
        for split, numbers in (("train", range(1, 9)), ("dev", (11,)), ("test", (21, 22))):
            write_lines(home / f"{split}.jsonl", [medqa_row(language, n) for n in numbers])
            write_lines(home / "4_options" / four.format(split), [medqa_row(language, n, 4) for n in numbers])
    return folder


def all_exams(folder: Path) -> dict[str, str]:
    """Copies of all six, by the names of their sources."""
    medqa(folder / "medqa")
    made = {"medqa-usmle": folder / "medqa", "medqa-mcmle": folder / "medqa", "igakuqa": igakuqa(folder / "igakuqa"),
            "frenchmedmcqa": frenchmedmcqa(folder / "french"), "rumeddanet": rumeddanet(folder / "rumed"),
            "headqa": headqa(folder / "headqa")}  # fmt: skip
    return {name: str(path) for name, path in made.items()}
