"""markdown-it-py set up for articles, with the one thing it lacks: where in the source an inline token stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from markdown_it.parser_inline import RuleFuncInlineType
    from markdown_it.token import Token

MAX_NESTING = 50
"""Levels of tokens (a list takes two). Far beyond real articles, and far below Python's recursion limit."""


class _PositionedState(StateInline):
    """Writes [start, end) of every token into ``token.map``, which markdown-it leaves empty for inline tokens."""

    rule_start = 0

    def pushPending(self) -> Token:  # noqa: N802 - overrides
        """Pending text always ends where the rule began that flushes it, less the blanks in front of a line break."""
        end = self.rule_start
        token = super().pushPending()
        while not self.src.endswith(token.content, 0, end) and self.src[end - 1 : end] == " ":
            end -= 1
        token.map = [end - len(token.content), end]
        return token


class _PositionedInline(ParserInline):
    """The parent's inline parser with positions, and with each rule tried only at the characters it can begin with."""

    def __init__(self) -> None:
        super().__init__()
        rules = {
            "\n": [rules_inline.newline],
            "\\": [rules_inline.escape],
            "`": [rules_inline.backtick],
            "~": [rules_inline.strikethrough.tokenize],
            "*": [rules_inline.emphasis.tokenize],
            "_": [rules_inline.emphasis.tokenize],
            "[": [rules_inline.link, footnote_ref],
            "!": [rules_inline.image],
            "<": [rules_inline.autolink, rules_inline.html_inline],
            "&": [rules_inline.entity],
        }
        self._rules: dict[str, list[RuleFuncInlineType]] = dict(rules)
        self.terminator_re = re.compile("[" + re.escape("".join(rules)) + "\\]]")
        self.ruler2.enableOnly(["balance_pairs", "strikethrough", "emphasis"])  # joining would lose positions

    def tokenize(self, state: StateInline) -> None:
        """As the parent's, but tells the state where each rule begins and marks the tokens it made."""
        end = state.posMax
        max_nesting = state.md.options["maxNesting"]
        assert isinstance(state, _PositionedState)  # noqa: S101 - for the type checker; parse makes no other
        while state.pos < end:
            start = state.rule_start = state.pos
            known = len(state.tokens)
            if state.level < max_nesting and self._apply(state, silent=False):
                _mark(state.tokens, known, start, state.pos)
            else:
                state.append_pending(state.src[state.pos])
                state.pos += 1
        state.rule_start = end
        if state.pending:
            state.pushPending()

    def _apply(self, state: StateInline, *, silent: bool) -> bool:
        rules = self._rules.get(state.src[state.pos])
        if rules is None:
            return rules_inline.text(state, silent)
        for rule in rules:  # noqa: SIM110 - any() with a generator is a third slower here
            if rule(state, silent):
                return True
        return False

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - overrides
        """As the parent's: move behind one token without making it, and remember where that ended."""
        start = state.pos
        if start in state.cache:
            state.pos = state.cache[start]
            return
        if state.level < state.md.options["maxNesting"]:
            state.level += 1
            found = self._apply(state, silent=True)
            state.level -= 1
            if not found:
                state.pos += 1
        else:
            state.pos = state.posMax
        state.cache[start] = state.pos

    def parse(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> list[Token]:
        """As the parent's with a state that knows positions."""
        state = _PositionedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _mark(tokens: list[Token], known: int, start: int, end: int) -> None:
    """Give the tokens that a rule made on src[start:end] their range; markers of emphasis stand one behind another."""
    markers = start
    for token in tokens[known:]:
        if token.map is not None:
            continue
        if token.type == "text" and token.content and token.content[0] in "*_~":
            token.map = [markers, markers + len(token.content)]
            markers += len(token.content)
        else:
            token.map = [start, end]


class _Engine(MarkdownIt):
    """Link targets stay as written: they are looked up in the file system, not put into a page."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - overrides
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - overrides
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - overrides
        return True


def _make() -> MarkdownIt:
    engine = _Engine("commonmark", {"maxNesting": MAX_NESTING})
    engine.enable(["table"])
    engine.use(footnote_plugin, inline=False, move_to_end=False)
    engine.inline = _PositionedInline()
    engine.disable(["inline", "text_join"])  # blocks only; inline content is parsed piece by piece
    return engine


_ENGINE = _make()


def block_tokens(masked: str, env: MutableMapping[str, Any]) -> list[Token]:
    """Block tokens of a body; ``inline`` tokens hold their content unparsed. ``env`` collects link references."""
    return _ENGINE.parse(masked, env)


def inline_tokens(content: str, env: MutableMapping[str, Any]) -> list[Token]:
    """Inline tokens of ``content``, each with [start, end) within it as ``map``."""
    return _ENGINE.inline.parse(content, _ENGINE, env, [])
