"""Web archives of our own making: records as ISO 28500 writes them, a gzip member each or none."""

import gzip

PARAGRAPH = (
    "The small clinic by the harbour opened its doors again in spring, and people came from the islands to be seen. "
    "Nurses kept a register of every visit, and the doctor read it aloud on Friday evenings before the ferry left. "
)


def record(kind: str, body: bytes, length: int | None = None, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"WARC-Type": kind, "WARC-Record-ID": "<urn:uuid:1>", "WARC-Date": "2021-05-06T07:08:09Z", **named}
    lines["Content-Length"] = str(len(body) if length is None else length)
    head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode() + b"\r\n" + body + b"\r\n\r\n"


def response(
    page: bytes, url: str = "https://a.example/", status: str = "200 OK", kind: str = "text/html", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode()
    return record("response", head + page, Content_Type="application/http; msgtype=response", WARC_Target_URI=url)


def conversion(text: str, url: str = "https://a.example/", languages: str = "eng") -> bytes:
    named = {"WARC_Target_URI": url, "WARC_Identified_Content_Language": languages, "Content_Type": "text/plain"}
    return record("conversion", text.encode(), **named)


def page(
    words: str = PARAGRAPH, *, head: str = "", language: str = "en", title: str = "The clinic", times: int = 3
) -> str:
    text = "".join(f"<p>{words} {number}.</p>" for number in range(times))
    top = f'<!DOCTYPE html><html lang="{language}"><head>{head}<title>{title}</title></head>'
    body = f'<nav><a href="/">Home</a></nav><article><h1>{title}</h1>{text}</article><footer>About us</footer>'
    return f"{top}<body>{body}</body></html>"


def packed(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(one) for one in records)
