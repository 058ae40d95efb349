"""Trends as figures: Vega-Lite specifications by Altair, as SVG, as PNG and, with its JavaScript, for a page without network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from resclassify.errors import MissingExtraError
from resclassify.taxonomy import load_taxonomy
from resclassify.trend_tables import point_row
from resclassify.trends import Trends

if TYPE_CHECKING:
    import altair as alt

RAW, CORRECTED, MATCHED = "share as tagged", "share corrected, 95 % band", "as tagged, matched panel"
_COLOURS = {RAW: "#6b7280", CORRECTED: "#0b6fb8", MATCHED: "#c2410c"}
_FONT = "DejaVu Sans, Noto Sans, Noto Naskh Arabic, Segoe UI, sans-serif"
_MOST_ADDRESSEES = 12
_SCALE = 2.0
_WIDEST = 1000
# Pixels that the raw share and the matched panel stand aside, so that neither hides the other.
_APART = 7


def require_figures() -> None:
    """Raises MissingExtraError, with the line that mends it, where Altair or vl-convert is not installed."""
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        line = "pip install 'resclassify[analysis]'"
        raise MissingExtraError(f"figures need Altair and vl-convert, which are not installed; run {line}") from error


def specifications(trends: Trends) -> dict[str, dict[str, Any]]:
    """Vega-Lite specifications by name: `trends`, a panel a theme; `together`, themes of one clause; `addressees`, who is asked.

    A figure that would show nothing is left out. Raises MissingExtraError without Altair.
    """
    require_figures()
    charts = {"trends": _trend_chart(trends), "together": _together_chart(trends), "addressees": _addressee_chart(trends)}
    return {name: _plain(chart) for name, chart in charts.items() if chart is not None}


def to_svg(specification: Mapping[str, Any]) -> bytes:
    """The figure as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.dumps(specification), vl_version=_version())).encode("utf-8")


def to_png(specification: Mapping[str, Any]) -> bytes:
    """The figure as PNG, two pixels for each of the specification's."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(json.dumps(specification), vl_version=_version(), scale=_SCALE))


def javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; it sets `vegaEmbed`."""
    import vl_convert

    return str(vl_convert.javascript_bundle(None, vl_version=_version()))  # type: ignore[arg-type]  # its stub is stricter than it


def _version() -> str:
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _plain(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict()
    return specification


def theme_title(theme: str) -> str:
    """A theme's name in both languages."""
    names = next((item.names for item in load_taxonomy().themes if item.id == theme), None)
    return theme if names is None else f"{names['en']} · {names['ar']}"


def trend_rows(trends: Trends) -> list[dict[str, Any]]:
    """The points as the figure reads them: the rows of the table, with the place of each among the points and what to show."""
    numbers = trends.by in ("session", "year")
    rows = []
    for place, point in enumerate(trends.points):
        row = point_row(point)
        said = "not read" if point.count is None else f"{point.count}/{point.total}"
        title = theme_title(point.theme) + (f" ({point.group})" if point.group else "")
        row |= {"id": place, "title": title, "said": said, "few": bool(point.total) and point.share is None}
        rows.append(row | {"point": int(point.key) if numbers else point.key})
    return rows


def _trend_chart(trends: Trends) -> alt.TopLevelMixin | None:
    import altair as alt

    rows = trend_rows(trends)
    if not rows:
        return None
    order = list(dict.fromkeys(row["point"] for row in rows))
    groups, themes = {row["group"] for row in rows}, [point.theme for point in trends.points]
    upright = trends.by in ("session", "year") and len(order) <= 14
    axis = alt.Axis(labelAngle=0 if upright else -40, labelLimit=260, labelOverlap=False)
    x = alt.X("point:O", title=trends.by, sort=order, axis=axis)
    width = max(240 if len(groups) > 1 else 420, min(46 * len(order), _WIDEST))
    shown = {RAW: True, CORRECTED: any(point.corrected for point in trends.points)}
    shown[MATCHED] = any(point.panel == "matched" for point in trends.points)
    layers = _layers(x, trends.by in ("session", "year"), [name for name, there in shown.items() if there])
    panel = alt.layer(*layers).properties(width=width, height=200)
    head = alt.Header(title=None, labelFontSize=13, labelFontWeight="bold", labelAnchor="start", labelPadding=4, labelLimit=500)
    titles = list(dict.fromkeys(row["title"] for row in sorted(rows, key=lambda row: themes.index(row["theme"]))))
    chart = panel.facet(
        facet=alt.Facet("title:N", sort=titles, header=head),
        data=_values(rows),
        columns=len(groups) if width * len(groups) <= _WIDEST else 1,
    )
    title = {"text": f"Themes by {trends.by}", "subtitle": _subtitle(trends), "anchor": "start"}
    return _styled(chart.properties(title=title).resolve_scale(x="independent" if len(groups) > 1 else "shared"))


def _layers(x: alt.X, joined: bool, names: Sequence[str]) -> list[Any]:
    """The marks of one panel, the raw share on top; with `joined`, lines between points, which break where nothing was read."""
    import altair as alt

    tips = [
        *(alt.Tooltip(f"{name}:N") for name in ("point", "group", "panel", "said")),
        *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("share", "corrected", "low", "high")),
        *(alt.Tooltip(f"{name}:Q") for name in ("review_count", "review_total")),
    ]
    base = alt.Chart().encode(x=x, tooltip=tips)
    scale = alt.Scale(domain=list(names), range=[_COLOURS[name] for name in names])
    colour = alt.Color("series:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelLimit=320, symbolOpacity=1))

    def series(name: str, field: str) -> alt.Chart:
        panel = "matched" if name == MATCHED else "full"
        kept = base.transform_filter(alt.datum.panel == panel).transform_calculate(series=f"'{name}'")
        axis = alt.Axis(format="%", title="share of clauses", tickCount=4)
        return kept.encode(y=alt.Y(f"{field}:Q", axis=axis), color=colour)

    raw, found, matched = series(RAW, "share"), series(CORRECTED, "corrected"), series(MATCHED, "share")
    ends = series(CORRECTED, "low").encode(y2="high:Q")
    few = base.transform_filter("datum.few && datum.panel == 'full'").encode(text="said:N", y=alt.value(196))
    # An area has no width at a point between two gaps: a rule shows the band there.
    marks = [ends.mark_rule(opacity=0.5, strokeWidth=2)]
    if joined:
        marks = [ends.mark_area(opacity=0.22), *marks, found.mark_line(), matched.mark_line(strokeDash=[5, 4], xOffset=_APART)]
        marks.append(raw.mark_line(strokeWidth=1, opacity=0.6, xOffset=-_APART))
    return [
        *marks,
        found.mark_point(filled=True, size=45, opacity=1, cursor="pointer"),
        matched.mark_point(shape="diamond", size=60, strokeWidth=2, opacity=1, xOffset=_APART, cursor="pointer"),
        raw.mark_point(size=60, strokeWidth=2, opacity=1, xOffset=-_APART, cursor="pointer"),
        few.mark_text(baseline="bottom", fontSize=11, cursor="pointer"),
    ]


def _values(rows: list[dict[str, Any]]) -> alt.Data:
    import altair as alt

    return alt.Data.from_dict({"values": rows})


def _subtitle(trends: Trends) -> list[str]:
    said = ["Below 20 clauses counts alone (n/N). A gap: nothing was read there."]
    if any(point.corrected for point in trends.points):
        said.append("The band is for the share of these clauses that truly carry the theme, the model's errors allowed for.")
    return said


def _together_chart(trends: Trends) -> alt.TopLevelMixin | None:
    import altair as alt

    rows = [
        {
            "one": theme_title(item.one),
            "other": theme_title(item.other),
            "share": item.share,
            "said": f"{item.both}/{item.ones}",
        }
        for item in trends.overlaps
        if not item.key
    ]
    if not rows:
        return None
    titles = list(dict.fromkeys(str(row["one"]) for row in rows))
    base = alt.Chart(_values(rows)).encode(
        x=alt.X("other:N", sort=titles, title="… carry this one too", axis=alt.Axis(labelAngle=-30, labelLimit=260)),
        y=alt.Y("one:N", sort=titles, title="of the clauses that carry …", axis=alt.Axis(labelLimit=260)),
    )
    scale = alt.Scale(scheme="blues", domain=[0, 1])
    boxes = base.mark_rect().encode(color=alt.Color("share:Q", scale=scale, legend=alt.Legend(format="%", title="share")))
    ink = alt.condition("datum.share > 0.55", alt.value("white"), alt.value("#1f2937"))
    texts = base.mark_text(fontSize=13).encode(text="said:N", color=ink)
    return _styled(
        (boxes + texts).properties(width=460, height=300, title=alt.TitleParams("Themes of one clause", anchor="start"))
    )


def _addressee_chart(trends: Trends) -> alt.TopLevelMixin | None:
    import altair as alt

    found = [item for item in trends.asked if not item.key and item.theme]
    names = [item.addressee for item in trends.asked if not item.key and not item.theme][:_MOST_ADDRESSEES]
    rows = [
        {"addressee": item.addressee, "theme": theme_title(item.theme), "share": item.share, "said": f"{item.count}/{item.total}"}
        for item in found
        if item.addressee in names
    ]
    if not rows:
        return None
    titles = list(dict.fromkeys(str(row["theme"]) for row in rows))
    base = alt.Chart(_values(rows)).encode(
        x=alt.X("theme:N", sort=titles, title=None, axis=alt.Axis(labelAngle=-30, labelLimit=260)),
        y=alt.Y("addressee:N", sort=names, title=None, axis=alt.Axis(labelLimit=320)),
    )
    scale = alt.Scale(scheme="oranges", domain=[0, 1])
    boxes = base.mark_rect().encode(color=alt.Color("share:Q", scale=scale, legend=alt.Legend(format="%", title="share")))
    texts = base.mark_text(fontSize=12).encode(text="said:N")
    title = alt.TitleParams(
        "Who is asked to act",
        subtitle="Of the operative clauses on a theme, how many ask whom; a clause may ask several.",
        anchor="start",
    )
    return _styled((boxes + texts).properties(width=460, height=24 * max(4, len(names)), title=title))


def _styled(chart: Any) -> alt.TopLevelMixin:
    styled: alt.TopLevelMixin = (
        chart.configure(font=_FONT, background="white")
        .configure_axis(labelFontSize=12, titleFontSize=12)
        .configure_legend(labelFontSize=12, symbolSize=120)
        .configure_title(fontSize=16, subtitleFontSize=12, subtitleColor="#4b5563")
        .configure_view(stroke="#e5e7eb")
    )
    return styled


def draw(specification: Mapping[str, Any], forms: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The figure by form."""
    makers = {"svg": to_svg, "png": to_png}
    return {form: makers[form](specification) for form in forms}
