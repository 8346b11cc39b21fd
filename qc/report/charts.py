"""The charts of a report as SVG text: drawn once, readable without a script and without a network."""

from typing import Any, Final, NamedTuple

MEDICAL: Final = "medical_score_"
"""Distributions of scores by language."""

INK: Final = "#33415c"
BAR: Final = "#3d7ea6"
OTHER: Final = "#c9a227"
_WIDTH: Final = 340
_STEP: Final = 19
_NUMBERS: Final = 44
"""Room for the numbers of an axis."""

MOST_LETTERS: Final = 26

_LETTER: Final = 7
"""Room for a letter of an axis label in pixels: enough for the widest of the fonts a reader may have."""


class Chart(NamedTuple):
    """A drawing with its words: `svg` is trusted markup, made here from numbers and labels."""

    title: str
    note: str
    svg: str


BARS: Final[dict[str, tuple[str, str]]] = {
    "findings_present": ("Findings said to be present", "Mentions of the most frequent terms."),
    "anatomies": ("Anatomies that are ranked", "Studies ranked for a structure, not those that only inherit from one."),
    "assertions": ("Assertions", "How the text stands to what it names."),
    "types": ("Entity types", "RaTE types; Non- means absent or normal."),
    "certainties": ("Certainty", "How sure the text is of what it says."),
    "polarities": ("Polarity of whole reports", "Normal reports all match each other: judge them apart."),
    "sections": ("Sections used", "Which part of the report was read."),
    "splits": ("Studies per split", "As written in the files."),
}


def charts(distributions: dict[str, dict[str, float]]) -> list[Chart]:
    """One chart per distribution that has more than nothing to show."""
    made = [_bars(name, distributions[name]) for name in BARS if len(distributions.get(name, {})) > 1]
    made += [_medical(name, distributions[name]) for name in distributions if name.startswith(MEDICAL)]
    if distributions.get("words"):
        made.append(_words(distributions["words"]))
    scores = {name: distributions[f"scores_{name}"] for name in ("top", "random") if f"scores_{name}" in distributions}
    if scores:
        made.insert(0, _scores(scores))
    return made


def _bars(name: str, counts: dict[str, float]) -> Chart:
    import altair as alt

    title, note = BARS[name]
    short = {label: _shortened(label.replace("_", " ")) for label in counts}
    room = _LETTER * max(map(len, short.values())) + 10
    data = alt.Data(values=[{"label": short[label], "n": n, "told": f"{n:,.0f}"} for label, n in counts.items()])
    axis = alt.Axis(labelLimit=0, minExtent=room, ticks=False, domain=False)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=axis),
        x=alt.X("n:Q", title=None, axis=None, scale=alt.Scale(domainMax=1.22 * max(counts.values()))),
    )
    drawn = base.mark_bar(color=BAR, height=12) + base.mark_text(align="left", dx=5, color=INK, fontSize=11).encode(
        text="told:N"
    )
    return Chart(title, note, _svg(drawn.properties(width=_WIDTH - room, height=_STEP * len(counts))))


def _shortened(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else f"{label[: MOST_LETTERS - 1]}…"


def _medical(name: str, counts: dict[str, float]) -> Chart:
    """Of the documents that the keywords let through, in twentieths; a log axis, since most are not medical."""
    import altair as alt

    data = alt.Data(values=[{"score": float(low), "n": n} for low, n in counts.items() if n])
    axis = alt.Axis(minExtent=_NUMBERS, tickCount=4, domain=False, ticks=False)
    drawn = (
        alt.Chart(data)
        .transform_calculate(end="datum.score + 0.046")
        .mark_bar(color=BAR)
        .encode(
            x=alt.X("score:Q", bin="binned", title="score", axis=alt.Axis(grid=False), scale=alt.Scale(domain=[0, 1])),
            x2="end:Q",
            y=alt.Y("n:Q", title=None, axis=axis, scale=alt.Scale(type="symlog")),
        )
    )
    title = f"How medical documents in {name.removeprefix(MEDICAL)} are"
    return Chart(title, "Scores of those that the keywords let through to the classifier.", _svg(_sized(drawn)))


def _words(counts: dict[str, float]) -> Chart:
    import altair as alt

    data = alt.Data(values=[{"words": int(label), "n": n} for label, n in counts.items()])
    drawn = (
        alt.Chart(data)
        .transform_calculate(end="datum.words + 9.2")
        .mark_bar(color=BAR)
        .encode(
            x=alt.X(
                "words:Q", bin="binned", title="words (200 and more together)", axis=alt.Axis(grid=False, tickCount=6)
            ),
            x2="end:Q",
            y=alt.Y("n:Q", title=None, axis=alt.Axis(minExtent=_NUMBERS, tickCount=4, domain=False, ticks=False)),
        )
    )
    return Chart("Length of the texts", "Words of the sections that were read.", _svg(_sized(drawn)))


def _scores(counts: dict[str, dict[str, float]]) -> Chart:
    """Shares, not counts: there are many more best candidates than random ones."""
    import altair as alt

    names = {"top": "best candidates", "random": "random candidates"}
    values = [
        {"score": float(low), "share": n / total, "of": names[name]}
        for name, bins in counts.items()
        if (total := sum(bins.values()))
        for low, n in bins.items()
    ]
    drawn = (
        alt.Chart(alt.Data(values=values))
        .transform_calculate(end="datum.score + 0.046")
        .mark_bar(opacity=0.72)
        .encode(
            x=alt.X(
                "score:Q",
                bin="binned",
                title="score",
                axis=alt.Axis(grid=False, tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            x2="end:Q",
            y=alt.Y(
                "share:Q",
                title=None,
                stack=None,
                axis=alt.Axis(minExtent=_NUMBERS, format="%", tickCount=4, domain=False, ticks=False),
            ),
            color=alt.Color(
                "of:N",
                title=None,
                scale=alt.Scale(domain=list(names.values()), range=[BAR, OTHER]),
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
        )
    )
    return Chart("Scores", "The best candidates should score far above random ones.", _svg(_sized(drawn)))


def _sized(chart: Any) -> Any:
    return chart.properties(width=_WIDTH - _NUMBERS, height=180)


def _svg(chart: Any) -> str:
    """Vega's own rendering without a browser; the size is left to the page."""
    import vl_convert

    spec = chart.configure(
        font="system-ui, sans-serif", background="transparent", padding={"left": 0, "top": 4, "right": 4, "bottom": 8}
    )
    spec = spec.configure_axis(labelColor=INK, titleColor=INK, labelFontSize=11, titleFontSize=11, titleFontWeight=400)
    spec = (
        spec.configure_view(stroke=None)
        .configure_axisY(gridColor="#e6eaf0")
        .configure_legend(labelColor=INK, labelFontSize=11, columnPadding=18)
    )
    return vl_convert.vegalite_to_svg(spec.to_dict())
