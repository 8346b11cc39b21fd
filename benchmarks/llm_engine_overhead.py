"""Questions per second through medmill (store, schema and quotation check included) beside vLLM alone, in one process.

    python benchmarks/llm_engine_overhead.py [--model FOLDER] [--questions 256] [--runs 5] [--most-tokens 96]

Both ways have one engine, the same prompts, schema and sampling, and take turns; medians are compared. Without a model
a tiny one is made on the spot, whose weights are random: an engine that does as little as possible shows most of what
medmill adds. Prompts differ from run to run, so that no run finds those of another in the engine's cache.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def texts(questions: int, run: int) -> list[str]:
    return [f"Study {run}: a nodule of {number} mm in the left lung. Heart is normal." for number in range(questions)]


def raw(engine, asked: list[str], most_tokens: int) -> float:
    """`LLM.generate` does no more than this: prompts in, one step after the other, answers out."""
    from annotators.llm import engine as module
    from annotators.llm.asking import Request, Sampling
    from annotators.llm.task import Passage
    from annotators.llm.tasks.findings.task import FindingsTask
    from annotators.reading.sentences import split

    task, loaded = FindingsTask(), module._loaded(engine)
    schema = task.answer.model_json_schema()
    messages = [task.prompt.messages(task.question(Passage(text, tuple(split(text))))) for text in asked]
    sampling = Sampling(most_tokens=most_tokens)
    params = module._sampling(loaded.defaults, Request("findings", "m", "", sampling, messages[0], schema))
    begin = time.perf_counter()
    prompts = [
        loaded.tokenizer.apply_chat_template(list(map(dict, one)), add_generation_prompt=True, return_dict=False)
        for one in messages
    ]
    for number, prompt in enumerate(prompts):
        loaded.engine.add_request(f"raw-{number}", {"prompt_token_ids": prompt}, params.clone())
    said = 0
    while loaded.engine.has_unfinished_requests():
        said += sum(output.finished for output in loaded.engine.step())
    assert said == len(asked)
    return len(asked) / (time.perf_counter() - begin)


def medmill(engine, asked: list[str], most_tokens: int) -> float:
    """One try, so that as many questions are asked; answers are stored, read and held to their text."""
    from annotators.llm.annotator import Llm
    from annotators.llm.asking import Sampling
    from annotators.llm.tasks.findings.task import FindingsTask
    from annotators.store import Store

    with TemporaryDirectory() as folder:
        begin = time.perf_counter()
        llm = Llm(FindingsTask(), engine, Store(Path(folder)), Sampling(most_tokens=most_tokens), tries=1)
        llm.annotate(asked)
        llm.store.close()
        rate = len(asked) / (time.perf_counter() - begin)
        assert llm.told["asked"] == len(asked), llm.told
        told.append(dict(llm.told))
    return rate


told: list[dict[str, int]] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--questions", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most-tokens", type=int, default=96)
    given = parser.parse_args()
    for name, value in {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}.items():
        os.environ.setdefault(name, value)
    from annotators.llm.engine import Engine
    from tests.annotators.llm.tiny_lm import make

    with TemporaryDirectory() as folder:
        model = given.model or make(Path(folder) / "tiny")
        options = (("max_model_len", 2048), ("max_num_seqs", 64), ("enforce_eager", True)) if not given.model else ()
        engine = Engine(model, options=options)
        rates: dict[str, list[float]] = {"raw": [], "medmill": []}
        for way in (raw, medmill):  # loads, compiles the schema
            way(engine, texts(64, -1 if way is raw else -2), given.most_tokens)
        for run in range(given.runs):
            rates["raw"].append(raw(engine, texts(given.questions, 2 * run), given.most_tokens))
            rates["medmill"].append(medmill(engine, texts(given.questions, 2 * run + 1), given.most_tokens))
    medians = {way: median(made) for way, made in rates.items()}
    print(json.dumps({way: [round(rate, 1) for rate in made] for way, made in rates.items()}))
    print(f"counts of the last run: {json.dumps(told[-1])}")
    print(f"vLLM alone {medians['raw']:.1f} questions/s, medmill {medians['medmill']:.1f}: "
          f"{medians['medmill'] / medians['raw']:.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
