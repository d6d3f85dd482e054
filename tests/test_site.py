"""The handbook as a site: built without a warning, with every article, and without anything from another host."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOREIGN = re.compile(r"""(?:<(?:script|img|iframe)[^>]+src=|<link[^>]+href=|url\(|@import)\s*["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(build, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_article_of_the_handbook_is_a_page(site: Path) -> None:
    for article in (ROOT / "articles").glob("*/handbook-*.md"):
        page = (site / article.parent.name / f"{article.stem}.html").read_text(encoding="utf-8")
        assert "[!" not in re.sub(r"<code>.*?</code>", "", page), article.name


def test_every_screenshot_is_shown(site: Path) -> None:
    page = (site / "pictures.html").read_text(encoding="utf-8")
    for picture in (ROOT / ".github" / "screenshots").glob("*.png"):
        assert f'src="pictures/{picture.name}"' in page
        assert (site / "pictures" / picture.name).is_file()


def test_the_site_takes_nothing_from_another_host(site: Path) -> None:
    assert FOREIGN.search('<script src="https://x.example/a.js">')
    assert FOREIGN.search("src: url(//x.example/a.woff)")
    files = [file for file in site.rglob("*") if file.suffix in {".html", ".css"}]
    assert len(files) > 40
    assert [file.name for file in files if FOREIGN.search(file.read_text(encoding="utf-8"))] == []
