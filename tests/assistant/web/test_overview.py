"""Charts and reports of leads' room in a real browser, and work that is cancelled there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.web.page.texts import TEXTS
from kb.runtime.days import day_in
from tests.assistant.web.browsing import Running, browser_test

DE = TEXTS["de"]

NOW = datetime.now(UTC)


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_chart_is_saved_as_a_picture_made_here_with_its_title_and_colours(leads: Running, language: str) -> None:
    page = leads.open(language, path="/?view=lead", scheme="dark")
    page.wait_for_selector(".chart svg .column")
    chart = page.locator(".chart", has=page.locator(".column")).first
    title = chart.locator("h3").inner_text()
    saved = {}
    for form in ("SVG", "PNG", "CSV"):
        label = TEXTS[language]["chart_save"].format(name=title, form=form)
        with page.expect_download() as download:
            chart.get_by_label(label).click()
        assert download.value.suggested_filename == f"{title}.{form.lower()}"
        saved[form] = Path(download.value.path()).read_bytes()
    drawn = saved["SVG"].decode()
    assert f">{title}</text>" in drawn
    assert "class=" not in drawn
    assert len(re.findall("<rect", drawn)) == chart.locator(".column").count() + 1
    accent = chart.locator(".column").first.evaluate("node => getComputedStyle(node).fill")
    assert f'fill="{accent}"' in drawn
    assert saved["PNG"].startswith(b"\x89PNG")
    width = int.from_bytes(saved["PNG"][16:20], "big")
    assert width == 2 * float(re.search(r'width="([\d.]+)"', drawn).group(1))  # type: ignore[union-attr]
    assert page.evaluate(COLOURS, list(saved["PNG"])) > 2
    assert len(saved["CSV"].decode().splitlines()) == 9
    assert page.faults == []
    assert leads.foreign == []


COLOURS = """async (bytes) => {
  const image = new Image();
  image.src = "data:image/png;base64," + btoa(String.fromCharCode(...bytes));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const dots = drawing.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
  for (let at = 0; at < dots.length; at += 4) seen.add(`${dots[at]},${dots[at + 1]},${dots[at + 2]}`);
  return seen.size;
}"""
"""How many colours a picture has."""

ON_THE_TEAMS_CLOCK = """async () => {
  const main = document.querySelector("script[type=module][src$='/main.js']").src;
  const { formatDay, formatMoment } = await import(main.replace("main.js", "page.js"));
  const before = "2026-11-25T22:59:59+00:00", after = "2026-11-25T23:00:00Z";
  return [formatDay(before), formatDay(after), formatMoment(after)];
}"""
"""Around midnight in Berlin, in a browser whose own clock is another one."""


@browser_test
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_report_is_made_on_free_days_and_wrong_days_are_told_in_words(leads: Running, language: str) -> None:
    page = leads.open(language, path="/?view=lead&tab=reports")
    assert page.evaluate(ON_THE_TEAMS_CLOCK) == (
        ["25.11.2026", "26.11.2026", "26.11.2026, 00:00"]
        if language == "de"
        else ["25 Nov 2026", "26 Nov 2026", "26 Nov 2026, 00:00"]
    )
    words, today = TEXTS[language], day_in("Europe/Berlin", NOW)
    page.click(f"text={words['span_days']}")

    def make(since: str, until: str) -> str:
        page.fill("#lotse-report-since", since)
        page.fill("#lotse-report-until", until)
        page.click(f"text={words['report_make']}")
        return str(page.inner_text("#lotse-report-wrong"))

    def begins(key: str) -> str:
        return str(words[key].split("{")[0])

    day = today.isoformat()
    shown_as = f"{today:%d.%m.%Y}" if language == "de" else f"{today.day} {today:%b %Y}"
    assert page.input_value("#lotse-report-until") == shown_as
    assert make("", day) == words["days_missing"]
    assert make("31.02.2026", day).startswith(words["days_unread"].format(text="31.02.2026", today=shown_as))
    assert page.input_value("#lotse-report-since") == "31.02.2026"
    turned = make(day, (today - timedelta(days=1)).isoformat())
    assert turned.endswith(words["days_turned"].rpartition("}")[2])
    assert make(day, (today + timedelta(days=1)).isoformat()).startswith(begins("days_future"))
    assert make((today - timedelta(days=800)).isoformat(), day).startswith(begins("days_long"))
    assert page.locator("iframe.sheet").count() == 0
    assert page.locator(".head a[download]").count() == 0
    first = today - timedelta(days=20)
    assert make(f"{first.day}.{first.month}.{first.year}", day) == ""
    page.wait_for_selector("iframe.sheet")
    text = page.frame_locator("iframe.sheet").locator("body").inner_text()
    shown = f"{first:%d.%m.%Y}" if language == "de" else f"{first.day} {first:%b %Y}"
    assert shown in text.replace("\u00a0", " ")
    for form in ("html", "md", "csv", "json"):
        with page.expect_download() as download:
            page.click(f".head a[download$='.{form}']")
        saved = Path(download.value.path()).read_text(encoding="utf-8")
        assert day in download.value.suggested_filename or form in download.value.suggested_filename
        assert first.isoformat() in saved or shown in saved.replace("\u00a0", " ").replace("&nbsp;", " ")


@browser_test
def test_work_that_is_cancelled_ends_at_once_and_can_begin_again(leads: Running) -> None:
    page = leads.open(path="/?view=lead&tab=gaps")
    page.wait_for_selector("[data-gap-row]")
    count = "async () => (await (await fetch('/api/v1/gaps')).json()).gaps.map((gap) => gap.version)"
    before = page.evaluate(count)
    for _ in range(3):
        page.click(f"text={DE['gaps_look']}")
        page.wait_for_selector(".work progress")
        page.wait_for_timeout(800)
        page.click("[data-act=cancel]")
        page.wait_for_selector(f"#lotse-gap-work :text('{DE['cancelled']}')", timeout=5000)
    page.click(f"text={DE['gaps_look']}")
    page.wait_for_selector(".work progress")
    page.click("[data-act=cancel]")
    page.wait_for_selector(f"#lotse-gap-work :text('{DE['cancelled']}')")
    assert page.evaluate(count) == before


@browser_test
def test_work_goes_on_while_another_tab_is_open_and_is_watched_again(leads: Running) -> None:
    page = leads.open(path="/?view=lead&tab=gaps")
    page.click(f"text={DE['gaps_look']}")
    page.wait_for_selector(".work progress")
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url) if request.method == "POST" else None)
    page.click(f"nav >> text={DE['tab_inbox']}")
    page.wait_for_selector(".work", state="detached")
    page.click(f"nav >> text={DE['tab_gaps']}")
    page.wait_for_selector(f"#lotse-gap-work .work:has(progress[value]) :text('{DE['step_asking']}')")
    page.click("[data-act=cancel]")
    page.wait_for_selector(f"#lotse-gap-work :text('{DE['cancelled']}')")
    assert [url for url in begun if url.endswith("/gaps/find")] == []
