"""`medmill export`: names of exports only; each is imported when it is called."""

from cyclopts import App

EXPORTS = {
    "reports": "builders.exports.reports:reports",
    "qrels": "builders.exports.qrels:qrels",
    "beir": "builders.exports.beir:beir",
    "radir": "builders.exports.radir:radir",
}
"""Name of the sub-command to `module:function`; the function's docstring is its help."""

export = App(name="export", help="Write a built dataset, or parsed reports, in the formats others read.")
for _name, _where in EXPORTS.items():
    export.command(_where, name=_name)
