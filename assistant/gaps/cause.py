"""Cause: why the questions of one cluster are not answered, proved by asking them again.

A cluster speaks more clearly than a question: over several wordings of one need, the confidence that an article answers
tells a missing article from a cautious refusal far better than over one (see evals/README.md, "Gaps"). So verdicts are
about clusters; only what differs by language is decided for each language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from assistant.gaps.answerability import ANSWERS, BaseRate, answerability, answerability_of_views
from assistant.gaps.cases import Case
from assistant.gaps.conflict import disagreement
from assistant.gaps.feedback import complaints
from assistant.gaps.probe import KEPT, AnswerView, ProbeResult, RankedArticle
from assistant.gaps.similar_questions import AnsweredElsewhere
from assistant.messages import text
from kb.articles.freshness import days_overdue, is_expired
from kb.backlog.model import Cause
from kb.catalog import ArticleRow
from kb.text.terms import base_language

_MOSTLY: Final = 0.5
"""What holds for at least this share of the questions holds for the cluster."""

_HALF_BELIEVED: Final = 0.2
"""From this belief on articles are looked at for what they state differently: two alike make each other doubtful."""

SURELY_ALIKE: Final = 0.55
_ALIKE: Final = 0.45
_LEAST_ALIKE: Final = 0.3
"""Cosines of questions in two languages from which on they are of one need: surely, where nothing is shown, and where
both find the same article."""

_ONE_ALONE: Final = 0.5
"""So much counts what one person alone says against an answer."""

_FOUND: Final = 5
"""Places within which an article counts as found: as far as people look."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The cause for the questions in some ``languages`` of one cluster, plain JSON but for this class itself.

    ``evidence`` proves it, ``nearest`` are the articles that come nearest, ``action`` says what to do. ``article`` is
    the id of the one that the cause is about, of a conflict both, "" where it is about none.
    """

    cause: Cause
    languages: tuple[str, ...]
    evidence: Mapping[str, Any]
    nearest: tuple[Mapping[str, Any], ...]
    action: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisContext:
    """What a diagnosis depends on besides the questions.

    ``base_rate`` is what is usual where they are asked, ``far``: whether they are far from what articles are about.
    ``similar``, for each language, is the mean log odds of the questions most like them, ``feedback`` what their
    askers say; ``answered_elsewhere`` what a like question in another language got that is not there in this one;
    ``articles`` are all articles, by id@language.
    """

    today: date
    base_rate: BaseRate
    far: bool
    similar: Mapping[str, float] = field(default_factory=dict)
    feedback: Mapping[str, float] = field(default_factory=dict)
    answered_elsewhere: Mapping[str, AnsweredElsewhere] = field(default_factory=dict)
    articles: Mapping[str, ArticleRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CauseVerdict:
    """The cause for the questions of one language; None where an article answers them after all."""

    cause: Cause | None
    article: ArticleRow | None = None
    evidence: Mapping[str, Any] | None = None


def diagnose(cases: Sequence[Case], probes: Sequence[ProbeResult], context: DiagnosisContext) -> list[Proof]:
    """The causes for one cluster: ``cases`` with signals, and ``probes`` of some of them and of their neighbours.

    1. A verdict for each language that was asked in, by its own probes, or by all where it has none. 2. What questions
    in the other language prove, those of the cluster and those like them in the log. 3. One proof for each cause.
    """
    spoken = Counter(case.language for case in cases)
    verdicts: dict[str, CauseVerdict] = {}
    for language in sorted(spoken):
        own = [one for one in probes if one.case.language == language] or list(probes)
        verdicts[language] = _judged(language, own, probes, complaints(cases, language), context)
    # 2
    verdicts = {language: _by_the_others(language, verdicts, probes) for language in verdicts}
    for language, verdict in verdicts.items():
        own = [one for one in probes if one.case.language == language]
        verdicts[language] = _by_the_log(verdict, own, context.answered_elsewhere.get(language), context.articles)
    # 3
    by_cause: dict[Cause, list[str]] = {}
    for language, verdict in verdicts.items():
        if verdict.cause is not None:
            by_cause.setdefault(verdict.cause, []).append(language)
    for languages in by_cause.values():
        languages.sort(key=lambda tag: (-spoken[tag], tag))
    return [_proved(cause, languages, probes, verdicts[languages[0]]) for cause, languages in by_cause.items()]


def _judged(
    language: str,
    probes: Sequence[ProbeResult],
    everything: Sequence[ProbeResult],
    said: Mapping[str, int],
    context: DiagnosisContext,
) -> CauseVerdict:
    """The cause for the questions in one language, asked again by ``probes``, from the first of these that holds.

    1. What nobody may see, or what is not in force, answers and comes first. 2. Articles that answer contradict each
    other. 3. What the askers get answers: is it in another language, out of date, hard to find, or found wanting by
    people? Where nothing is shown and ``everything``, all languages together, speaks against it, it does not. 4. Only
    an article in another language answers. 5. Nothing does.
    """
    # 1
    kept_back = [one.blocked for one in probes]
    first = sum(view is not None for view in kept_back) / len(probes)
    if (
        first >= _MOSTLY
        and answerability_of_views(kept_back, context.base_rate) >= ANSWERS
        and (view := best(kept_back))
    ):
        cause, why = _why_blocked(view.hit.article, probes, context.today)
        return CauseVerdict(cause, view.hit.article, {**_proof(view, kept_back), **why})
    # 2
    own = [one.own for one in probes]
    similar, feedback = context.similar.get(language, 0.0), context.feedback.get(language, 0.0)
    if feedback < 0 and not said:
        feedback *= _ONE_ALONE
    view, believed = best(own), answerability(own, context.base_rate, similar, feedback)
    if view and believed >= _HALF_BELIEVED and (found := disagreement(probes)):
        return CauseVerdict("conflict", view.hit.article, {**_proof(view, own), **found})
    # 3
    if not any(one is not None and one.answered for one in own):
        believed = min(believed, answerability([one.own for one in everything], context.base_rate, similar, feedback))
    if view and believed >= ANSWERS and not (context.far and is_foreign(view, language)):
        return _of_what_is_shown(language, view, probes, context.today, said if feedback <= 0 else {})
    # 4
    foreign = [one.foreign for one in probes]
    if not context.far and answerability_of_views(foreign, context.base_rate) >= ANSWERS and (other := best(foreign)):
        return CauseVerdict("language", other.hit.article, _proof(other, foreign))
    # 5
    proof = _proof(view, own) if view else {}
    return CauseVerdict("out_of_scope" if context.far else "missing", None, {**proof, "belief": round(believed, 3)})


def best(views: Sequence[AnswerView | None]) -> AnswerView | None:
    """The view that speaks for the article most views found first: the most confident one of these."""
    seen = [view for view in views if view is not None]
    weight: Counter[str] = Counter()
    for view in seen:
        weight[view.hit.key] += view.confidence + 1e-6  # type: ignore[assignment]
    if not weight:
        return None
    key = max(sorted(weight), key=lambda name: weight[name])
    return max((view for view in seen if view.hit.key == key), key=lambda view: view.confidence)


def _of_what_is_shown(
    language: str, view: AnswerView, probes: Sequence[ProbeResult], today: date, said: Mapping[str, int]
) -> CauseVerdict:
    """An article that the askers may see answers: what is wrong with it, if anything."""
    article = view.hit.article
    proof = _proof(view, [one.own for one in probes])
    if is_foreign(view, language):
        return CauseVerdict("language", article, proof)
    if late := days_overdue(article, today):
        return CauseVerdict("stale", article, {**proof, "days_overdue": late})
    places = [_place(one.hits, article) for one in probes]
    lost = [place for place in places if place is None or place > _FOUND]
    if len(lost) > _MOSTLY * len(places):
        return CauseVerdict("findability", article, {**proof, "ranks": places})
    if said:
        return CauseVerdict("weak", article, {**proof, "said": dict(said)})
    return CauseVerdict(None, article, proof)


def _why_blocked(article: ArticleRow, probes: Sequence[ProbeResult], today: date) -> tuple[Cause, dict[str, Any]]:
    """What keeps an article from the askers."""
    if article.status in {"draft", "review"}:
        return "restricted", {"kept_back_by": "status"}
    if article.status != "published":
        return "stale", {"kept_back_by": "status"}
    if is_expired(article, today):
        return "stale", {"kept_back_by": "expires_on", "days_overdue": days_overdue(article, today)}
    if article.audience != "public" and any(one.case.audience != "internal" for one in probes):
        return "restricted", {"kept_back_by": "audience"}
    if any(one.case.only_language for one in probes):
        return "language", {"kept_back_by": "language"}
    return "findability", {"kept_back_by": "products"}


def _by_the_others(language: str, verdicts: Mapping[str, CauseVerdict], probes: Sequence[ProbeResult]) -> CauseVerdict:
    """Where nothing answers in one language: what answers the same need in another, if these questions find it too."""
    verdict = verdicts[language]
    others = [other for tag, other in verdicts.items() if tag != language and other.article and other.cause is None]
    if verdict.cause != "missing" or not others:
        return verdict
    own = [one for one in probes if one.case.language == language]
    for other in others:
        article = other.article
        if article is None:
            continue
        if any(
            hit.article.id == article.id and hit.article.language == language for one in own for hit in one.hits[:2]
        ):
            return CauseVerdict(None, article, verdict.evidence)
        near = [one.foreign for one in own if one.foreign and one.foreign.hit.article.id == article.id]
        if own and len(near) >= _MOSTLY * len(own) and answerability_of_views(near) >= _HALF_BELIEVED:
            return CauseVerdict("language", article, _proof(max(near, key=lambda view: view.confidence), near))
    return verdict


def _by_the_log(
    verdict: CauseVerdict,
    own: Sequence[ProbeResult],
    answered_elsewhere: AnsweredElsewhere | None,
    articles: Mapping[str, ArticleRow],
) -> CauseVerdict:
    """A like question in another language was answered by an article that is not there in this one.

    Where the two are surely alike, that is the answer, whatever is shown instead. Where nothing is shown, less will do,
    and least where these questions themselves, put to the other language's articles alone, find that article first.
    """
    if answered_elsewhere is None or verdict.cause not in {None, "missing"} or answered_elsewhere.cited not in articles:
        return verdict
    article = articles[answered_elsewhere.cited]
    found = [one.foreign for one in own if one.foreign and one.foreign.hit.article.rowid == article.rowid]
    agreed = bool(own) and len(found) >= _MOSTLY * len(own)
    shown = any(one.own and one.own.answered for one in own)
    enough = SURELY_ALIKE if shown else _LEAST_ALIKE if agreed else _ALIKE
    if answered_elsewhere.alike < enough:
        return verdict
    about = {"article": _described(article), "found_by": len(found), "asked_again": len(own)}
    return CauseVerdict("language", article, {**about, "asked_elsewhere": asdict(answered_elsewhere)})


def is_foreign(view: AnswerView, language: str) -> bool:
    """Whether what is shown is in another language than ``language``."""
    return base_language(view.hit.article.language) != language


def _place(hits: Sequence[RankedArticle], article: ArticleRow) -> int | None:
    """The place of an article in a ranking, from 1; None where it is not among those kept."""
    return next((hit.rank for hit in hits[:KEPT] if hit.article.rowid == article.rowid), None)


def _proof(view: AnswerView, views: Sequence[AnswerView | None]) -> dict[str, Any]:
    """Which article, at which place, with which sentence, and how sure that is over all that was asked again."""
    article = view.hit.article
    seen = [one for one in views if one is not None and one.hit.article.rowid == article.rowid]
    return {
        "article": _described(article),
        "rank": view.hit.rank,
        "sentence": view.sentence,
        "confidence": round(view.confidence, 3),
        "asked_again": len(views),
        "found_by": len(seen),
        "answered": sum(one.answered for one in seen),
        "belief": round(answerability_of_views(views), 3),
    }


def _described(article: ArticleRow) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "language": article.language,
        "title": article.title,
        "status": article.status,
        "audience": article.audience,
        "reviewed_on": article.reviewed_on.isoformat() if article.reviewed_on else None,
        "expires_on": article.expires_on.isoformat() if article.expires_on else None,
    }


def _proved(cause: Cause, languages: Sequence[str], probes: Sequence[ProbeResult], verdict: CauseVerdict) -> Proof:
    """``languages`` are those with this cause, ``verdict`` is that of the one most asked in, which is the first."""
    title = verdict.article.title if verdict.article else ""
    return Proof(
        cause=cause,
        languages=tuple(languages),
        evidence=dict(verdict.evidence or {}),
        nearest=_nearest([one for one in probes if one.case.language in languages] or probes),
        action=text(f"gaps.action_{cause}", languages[0], title=title),
        article=_about(verdict),
    )


def _about(verdict: CauseVerdict) -> str:
    """What is to be mended, as one name: the article, or the two that contradict each other."""
    if verdict.cause == "conflict" and verdict.evidence:
        return " ".join(sorted(verdict.evidence[side]["article_id"] for side in ("left", "right")))
    return verdict.article.id if verdict.article else ""


def _nearest(probes: Sequence[ProbeResult]) -> tuple[Mapping[str, Any], ...]:
    """Articles by their mean score over the probes, best first."""
    total: dict[str, float] = {}
    rows: dict[str, ArticleRow] = {}
    for one in probes:
        for hit in one.hits:
            rows[hit.key] = hit.article
            total[hit.key] = total.get(hit.key, 0.0) + hit.score / len(probes)
    ranked = sorted(total, key=lambda key: (-total[key], key))[:KEPT]
    return tuple(
        {
            "article_id": rows[key].id,
            "language": rows[key].language,
            "title": rows[key].title,
            "score": round(total[key], 4),
        }
        for key in ranked
    )
