"""A folder of articles to check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.checks import CheckReport, check

TODAY = date(2026, 11, 23)


HEAD = {
    "title": "Titel",
    "language": "de",
    "status": "published",
    "audience": "public",
    "owner": "team",
    "reviewed_on": "2026-11-01",
}


class Shelf:
    """A folder of articles in which only what a test names is wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, body: str = "Text.", **keys: str | None) -> Path:
        file = self.root / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = {"id": Path(name).name, **HEAD, **keys}
        lines = [f"{key}: {value}" for key, value in head.items() if value is not None]
        file.write_text("\n".join(["---", *lines, "---", body, ""]), encoding="utf-8")
        return file

    def check(self, *paths: Path, today: date = TODAY) -> CheckReport:
        return check(paths or [self.root], today)

    def findings(self) -> list[tuple[str, str, str, int]]:
        return [
            (finding.severity, finding.code, Path(finding.path).relative_to(self.root).as_posix(), finding.line)
            for finding in self.check().findings
        ]
