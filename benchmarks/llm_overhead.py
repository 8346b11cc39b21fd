"""Questions per second through medmill (store, schema and quotation check included) beside the raw `openai` client.

    python benchmarks/llm_overhead.py [--questions 1500] [--latency 0.2] [--at-once 64] [--runs 5]

A server of its own process on the loopback answers after a fixed time; both ways keep as many questions under way, ask
the same ones over new connections, and take turns. Medians are compared.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SERVER = """
import asyncio, json, sys

ANSWER = json.dumps({"entities": [{"sentence": 1, "quote": "nodule", "occurrence": 1, "type": "Abnormality",
                                   "assertion": "present", "anatomy": "left lung"}]})
BODY = json.dumps({"id": "1", "object": "chat.completion", "created": 0, "model": "m",
                   "choices": [{"index": 0, "finish_reason": "stop",
                                "message": {"role": "assistant", "content": ANSWER}}],
                   "usage": {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}}).encode()
SAID = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(BODY), BODY)

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            lines = head.lower().split(b"\\r\\n")
            length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            await asyncio.sleep(float(sys.argv[1]))
            writer.write(SAID)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def texts(questions: int) -> list[str]:
    return [f"There is a nodule of {number} mm in the left lung. Heart is normal." for number in range(questions)]


def raw(url: str, asked: list[str], at_once: int) -> float:
    """The client alone, on the messages that medmill would send."""
    from openai import AsyncOpenAI

    from annotators.llm.asking import Request, Sampling
    from annotators.llm.server import _arguments
    from annotators.llm.task import Passage
    from annotators.llm.tasks.findings.task import FindingsTask
    from annotators.reading.sentences import split

    task = FindingsTask()
    schema = task.answer.model_json_schema()
    ready = [
        _arguments(
            Request(
                "findings",
                "m",
                "",
                Sampling(),
                task.prompt.messages(task.question(Passage(t, tuple(split(t))))),
                schema,
            )
        )
        for t in asked
    ]

    async def run() -> None:
        rest = iter(ready)
        async with AsyncOpenAI(base_url=url, api_key="none") as client:

            async def work() -> None:
                for arguments in rest:
                    await client.chat.completions.create(**arguments)

            await asyncio.gather(*(work() for _ in range(at_once)))

    begin = time.perf_counter()
    asyncio.run(run())
    return len(asked) / (time.perf_counter() - begin)


def medmill(url: str, asked: list[str], at_once: int) -> float:
    from annotators.llm.annotator import Llm
    from annotators.llm.asking import Failure
    from annotators.llm.server import Server
    from annotators.llm.tasks.findings.task import FindingsTask
    from annotators.store import Store

    with TemporaryDirectory() as folder:
        begin = time.perf_counter()
        llm = Llm(FindingsTask(), Server("m", url, at_once=at_once), Store(Path(folder)))
        made = llm.annotate(asked)
        llm.store.close()
        rate = len(asked) / (time.perf_counter() - begin)
        assert llm.told["asked"] == len(asked) and not any(isinstance(one, Failure) for one in made), llm.told
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(given.latency)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        asked = texts(given.questions)
        rates: dict[str, list[float]] = {"raw": [], "medmill": []}
        raw(url, asked[:64], given.at_once), medmill(url, asked[:64], given.at_once)  # imports
        for _ in range(given.runs):
            rates["raw"].append(raw(url, asked, given.at_once))
            rates["medmill"].append(medmill(url, asked, given.at_once))
        medians = {way: median(told) for way, told in rates.items()}
        print(json.dumps({way: [round(rate, 1) for rate in told] for way, told in rates.items()}))
        print(f"raw client {medians['raw']:.1f} questions/s, medmill {medians['medmill']:.1f}: "
              f"{medians['medmill'] / medians['raw']:.1%}")  # fmt: skip
    finally:
        server.kill()


if __name__ == "__main__":
    main()
