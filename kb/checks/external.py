"""The rule on links to other hosts, which ``kb check --links`` adds. Everything else in a check works offline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kb.checks.corpus import Corpus
    from kb.checks.finding import Finding, Severity
    from kb.urls.probe import Kind, LinkOutcome

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SEVERITY: dict[Kind, Severity] = {"dead": "error", "unreachable": "warning", "refused": "warning", "moved": "info"}
_FIX: dict[Kind, str] = {
    "dead": "Link to where it stands now, or remove the link.",
    "unreachable": "Open it in a browser; if it stays so, link elsewhere.",
    "refused": "Remove the link, or allow its network with the setting `links.allow_networks`.",
}


def external_links(library: Corpus, ask: Callable[[Iterable[str]], Mapping[str, LinkOutcome]]) -> Iterator[Finding]:
    """What became of the addresses on other hosts; ``ask`` finds out, each address once."""
    places = [
        (page, link) for page in library.pages if page.wanted for link in page.body.links if _WEB.match(link.target)
    ]
    outcomes = ask({link.target for _, link in places})
    for page, link in places:
        outcome = outcomes[link.target]
        if outcome.kind == "fine":
            continue
        fix = f"Link to {outcome.target} instead." if outcome.kind == "moved" else _FIX[outcome.kind]
        message = f"{link.target}: {outcome.detail}"
        yield page.finding(_SEVERITY[outcome.kind], _code(outcome.kind), link.line, message, fix)


def _code(kind: Kind) -> str:
    match kind:
        case "dead":
            return "dead-url"
        case "moved":
            return "moved-url"
        case "refused":
            return "refused-url"
        case _:
            return "unreachable-url"
