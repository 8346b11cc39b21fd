"""Which questions cannot be answered without a picture: the source says so, their words do, or their options are blank.

Words count only where they point at a picture that belongs to the question ("shown in the figure below"), not where
they speak of imaging: a question may describe what a radiograph shows and be answered from that.
"""

from typing import Final

import polars as pl

from schemas.exam_questions import IMAGE_SIGNS

_POINTS: Final = {
    "en": r"(?i)\b(?:shown|seen|depicted|pictured|illustrated) in the (?:figure|image|photograph|picture|exhibit)"
    r"|\b(?:see|refer to|based on) (?:the )?(?:figure|image|photograph|picture|exhibit)\b"
    r"|\b(?:figure|image|photograph|picture) (?:below|above|shown|attached)\b|\((?:image|figure)\b",
    "zh": r"如[下上右左]?图|[下附]图[所中为是]|图[中示]所|见[下附]?图|\(图",
    "ja": r"別に示す|別冊|下図|図に示す|図の[①-⑳ア-ン]|写真を示す|画像を示す",
    "fr": r"(?i)\b(?:figure|schéma|image|photographie|graphique|courbe)s? (?:ci-(?:dessous|contre|jointe?|après)|"
    r"suivante?s?\b|représentée? ci)|\bvoir (?:la |le )?(?:figure|schéma|image|photo)",
    "ru": r"(?i)\bна (?:рисунке|фотографии|изображении|схеме)\b|\bсм\. ?(?:рис|фото)|\(рис\.",
    "es": r"(?i)\b(?:imagen|figura|fotografía) (?:n[ºo°]|adjunta|siguiente|número)|"
    r"\b(?:ver|véase|vea) (?:la )?(?:imagen|figura|fotografía)|\ben la (?:figura|imagen) se\b",
}


def says_image(frame: pl.DataFrame, language: str) -> pl.Series:
    """One of `IMAGE_SIGNS` per row, null where nothing says that a picture is needed.

    `frame`: question, context, options, and `said`: whether the source names a picture.
    """
    told = pl.concat_str("question", pl.col("context").fill_null(""), separator="\n")
    points = told.str.contains(_POINTS[language]) if language in _POINTS else pl.lit(False)
    texts = pl.col("options").list.eval(pl.element().struct.field("text").str.strip_chars())
    blank = (texts.list.min() == "") | (texts.list.n_unique() == 1)
    sign = pl.when("said").then(pl.lit("source")).when(points).then(pl.lit("words")).when(blank).then(pl.lit("options"))
    return frame.select(sign=sign.cast(pl.Enum(IMAGE_SIGNS)))["sign"]
