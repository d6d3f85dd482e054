"""Cause: why the questions of one cluster are not answered, proved by asking them again.

A cluster speaks more clearly than a question: over several wordings of one need, the confidence that an article answers
tells a missing article from a cautious refusal far better than over one (see evals/results.md, "Gaps"). So verdicts are
about clusters; only what differs by language is decided for each language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.gaps.answerability import NEUTRAL, BaseRate, answerability, article_answers
from assistant.gaps.cases import Case
from assistant.gaps.conflict import contradiction
from assistant.gaps.feedback import complaints
from assistant.gaps.parameters import GapParameters
from assistant.gaps.probe import AnswerView, ProbeResult
from assistant.gaps.similar_questions import AnsweredElsewhere
from assistant.messages import text
from kb.articles.article import ArticleKey
from kb.articles.freshness import days_overdue, is_expired
from kb.backlog.gap import Cause
from kb.catalog import ArticleRow


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The cause for the questions in some ``languages`` of one cluster, plain JSON but for this class itself.

    ``evidence`` proves it, ``nearest`` are the articles that come nearest, ``action`` says what to do. ``article`` is
    the id of the one that the cause is about, of a conflict both, "" where it is about none. ``scope_score`` says how
    near the need is to what the articles are about (``scope.KnowledgeScope.score``).
    """

    cause: Cause
    languages: tuple[str, ...]
    evidence: Mapping[str, Any]
    nearest: tuple[Mapping[str, Any], ...]
    action: str
    article: str
    scope_score: float


@dataclass(frozen=True, slots=True)
class DiagnosisContext:
    """What a diagnosis depends on besides the questions that were asked again.

    ``base_rate`` is that of the whole log, ``scope_score`` that of the need. ``similar``, for each language, is the
    mean log odds of the questions most like them, ``feedback`` that of what their askers did; ``answered_elsewhere`` a
    similar question in another language whose article is not there in this one; ``articles`` are all articles.
    """

    today: date
    base_rate: BaseRate
    scope_score: float
    parameters: GapParameters
    similar: Mapping[str, float] = field(default_factory=dict)
    feedback: Mapping[str, float] = field(default_factory=dict)
    answered_elsewhere: Mapping[str, AnsweredElsewhere] = field(default_factory=dict)
    articles: Mapping[ArticleKey, ArticleRow] = field(default_factory=dict)

    @property
    def off_topic(self) -> bool:
        """Whether the need is far from everything the articles are about."""
        return self.scope_score < self.parameters.scope.far

    def answered(self, views: Sequence[AnswerView | None]) -> bool:
        """Whether the article that these views agree on answers."""
        return article_answers(views, self.base_rate, self.parameters) >= self.parameters.answerability.threshold

    def mostly(self, part: int, whole: int) -> bool:
        """Whether what holds for a part of the wordings holds for the cluster."""
        return part >= self.parameters.diagnosis.mostly * whole

    def evidence(self, view: AnswerView, views: Sequence[AnswerView | None]) -> dict[str, Any]:
        """Which article, at which rank, with which sentence, and how sure that is over all that was asked again."""
        article = view.hit.article
        found = [other for other in views if other is not None and other.hit.article.rowid == article.rowid]
        return {
            "article": _described(article),
            "rank": view.hit.rank,
            "sentence": view.sentence,
            "confidence": round(view.confidence, 3),
            "asked_again": len(views),
            "found_by": len(found),
            "answered": sum(other.answered for other in found),
            "belief": round(article_answers(views, NEUTRAL, self.parameters), 3),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The cause for the questions of one language; None where an article answers them after all."""

    cause: Cause | None
    article: ArticleRow | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def causes_of(cases: Sequence[Case], probes: Sequence[ProbeResult], context: DiagnosisContext) -> list[Diagnosis]:
    """The causes for one cluster: ``cases`` with signals, and ``probes`` of some of them and of their neighbours.

    1. A verdict for each language that was asked in, by its own probes, or by all where it has none. 2. What questions
    in the other language prove, those of the cluster and those like them in the log. 3. A diagnosis for each cause.
    """
    asked_in = Counter(case.language for case in cases)
    by_language = {tag: [probe for probe in probes if probe.case.language == tag] for tag in sorted(asked_in)}
    # 1
    verdicts = {
        language: _verdict(
            language, own or probes, probes, complaints(cases, language, context.parameters.feedback), context
        )
        for language, own in by_language.items()
    }
    # 2
    verdicts = {
        language: _by_other_languages(language, verdicts, own, context) for language, own in by_language.items()
    }
    verdicts = {language: _by_log(language, verdicts[language], own, context) for language, own in by_language.items()}
    # 3
    languages_of: dict[Cause, list[str]] = {}
    for language in sorted(verdicts, key=lambda tag: (-asked_in[tag], tag)):
        if (cause := verdicts[language].cause) is not None:
            languages_of.setdefault(cause, []).append(language)
    return [
        _diagnosis(cause, languages_of[cause], probes, verdicts[languages_of[cause][0]], context)
        for cause in dict.fromkeys(verdict.cause for verdict in verdicts.values())
        if cause is not None
    ]


def is_other_language(view: AnswerView, language: str) -> bool:
    """Whether what is shown is in another language than ``language``."""
    return view.hit.article.primary_language != language


def agreed_view(views: Sequence[AnswerView | None]) -> AnswerView | None:
    """The most confident view of the article that has the largest sum of confidences."""
    seen = [view for view in views if view is not None]
    weight: Counter[ArticleKey] = Counter()
    for view in seen:
        weight[view.hit.key] += view.confidence + 1e-6  # type: ignore[assignment]
    if not weight:
        return None
    key = max(sorted(weight), key=weight.__getitem__)
    return max((view for view in seen if view.hit.key == key), key=lambda view: view.confidence)


def _verdict(
    language: str,
    probes: Sequence[ProbeResult],
    all_probes: Sequence[ProbeResult],
    complained: Mapping[str, int],
    context: DiagnosisContext,
) -> Verdict:
    """The cause for the questions in one language, asked again by ``probes``, from the first of these that holds.

    1. What its askers may not see, or what is not in force, answers and comes first. 2. Articles that answer contradict
    each other. 3. What the askers get answers: is it in another language, out of date, hard to find, or found wanting
    by people? Where nothing is shown and ``all_probes``, all languages together, speak against it, it does not. 4. Only
    an article in another language answers. 5. Nothing does.
    """
    threshold = context.parameters.answerability.threshold
    # 1
    withheld = [probe.withheld for probe in probes]
    found = sum(view is not None for view in withheld)
    if context.mostly(found, len(probes)) and context.answered(withheld) and (view := agreed_view(withheld)):
        cause, reason = _why_withheld(view.hit.article, probes, context.today)
        return Verdict(cause, view.hit.article, {**context.evidence(view, withheld), **reason})
    # 2
    visible = [probe.visible for probe in probes]
    similar, feedback = context.similar.get(language, 0.0), context.feedback.get(language, 0.0)
    if feedback < 0 and not complained:
        feedback *= context.parameters.feedback.one_person
    view = agreed_view(visible)
    answered = answerability(visible, context.base_rate, similar, feedback, context.parameters)
    if view and answered >= context.parameters.diagnosis.compared:
        facts = contradiction(probes, context.parameters.conflict)
        if facts:
            return Verdict("conflict", view.hit.article, {**context.evidence(view, visible), **facts})
    # 3
    if not any(shown is not None and shown.answered for shown in visible):
        in_all = [probe.visible for probe in all_probes]
        answered = min(answered, answerability(in_all, context.base_rate, similar, feedback, context.parameters))
    if view and answered >= threshold and not (context.off_topic and is_other_language(view, language)):
        return _flaw_of_answer(language, view, probes, complained if feedback <= 0 else {}, context)
    # 4
    elsewhere = [probe.other_language for probe in probes]
    if not context.off_topic and context.answered(elsewhere) and (other := agreed_view(elsewhere)):
        return Verdict("language", other.hit.article, context.evidence(other, elsewhere))
    # 5
    evidence = context.evidence(view, visible) if view else {}
    cause = "out_of_scope" if context.off_topic else "missing"
    return Verdict(cause, None, {**evidence, "belief": round(answered, 3)})


def _flaw_of_answer(
    language: str,
    view: AnswerView,
    probes: Sequence[ProbeResult],
    complained: Mapping[str, int],
    context: DiagnosisContext,
) -> Verdict:
    """The flaw of an article that the askers may see and that answers, if any."""
    article = view.hit.article
    evidence = context.evidence(view, [probe.visible for probe in probes])
    if is_other_language(view, language):
        return Verdict("language", article, evidence)
    if late := days_overdue(article, context.today):
        return Verdict("stale", article, {**evidence, "days_overdue": late})
    ranks = [next((hit.rank for hit in probe.hits if hit.article.rowid == article.rowid), None) for probe in probes]
    lost = sum(rank is None or rank > context.parameters.diagnosis.found_rank for rank in ranks)
    if lost > context.parameters.diagnosis.mostly * len(ranks):
        return Verdict("findability", article, {**evidence, "ranks": ranks})
    if complained:
        return Verdict("weak", article, {**evidence, "said": dict(complained)})
    return Verdict(None, article, evidence)


def _why_withheld(article: ArticleRow, probes: Sequence[ProbeResult], today: date) -> tuple[Cause, dict[str, Any]]:
    """Why the askers do not see an article."""
    if article.status in {"draft", "review"}:
        return "restricted", {"kept_back_by": "status"}
    if article.status != "published":
        return "stale", {"kept_back_by": "status"}
    if is_expired(article, today):
        return "stale", {"kept_back_by": "expires_on", "days_overdue": days_overdue(article, today)}
    if article.audience != "public" and any(probe.case.audience != "internal" for probe in probes):
        return "restricted", {"kept_back_by": "audience"}
    if any(probe.case.only_language for probe in probes):
        return "language", {"kept_back_by": "language"}
    return "findability", {"kept_back_by": "products"}


def _by_other_languages(
    language: str, verdicts: Mapping[str, Verdict], own: Sequence[ProbeResult], context: DiagnosisContext
) -> Verdict:
    """Where nothing answers in one language: what answers the same need in another, if these questions find it too."""
    verdict = verdicts[language]
    if verdict.cause != "missing":
        return verdict
    for tag, other in verdicts.items():
        article = other.article
        if tag == language or article is None or other.cause is not None:
            continue
        first_hits = [hit.article for probe in own for hit in probe.hits[:2]]
        if any(hit.id == article.id and hit.language == language for hit in first_hits):
            return Verdict(None, article, verdict.evidence)
        elsewhere = [probe.other_language for probe in own]
        found = [view for view in elsewhere if view and view.hit.article.id == article.id]
        answers = article_answers(found, NEUTRAL, context.parameters) >= context.parameters.diagnosis.compared
        if own and context.mostly(len(found), len(own)) and answers:
            surest = max(found, key=lambda view: view.confidence)
            return Verdict("language", article, context.evidence(surest, found))
    return verdict


def _by_log(language: str, verdict: Verdict, own: Sequence[ProbeResult], context: DiagnosisContext) -> Verdict:
    """A similar question in another language was answered by an article that is not there in this one.

    Where the two surely are one need, that is the answer, whatever is shown instead. Where nothing is shown, less will
    do, and least where these questions themselves, put to the other language's articles alone, find that article first.
    """
    elsewhere = context.answered_elsewhere.get(language)
    if elsewhere is None or verdict.cause not in {None, "missing"} or elsewhere.cited not in context.articles:
        return verdict
    article = context.articles[elsewhere.cited]
    views = [probe.other_language for probe in own]
    found = sum(view is not None and view.hit.article.rowid == article.rowid for view in views)
    parameters = context.parameters.diagnosis
    needed = parameters.same_need_refused
    if any(probe.visible and probe.visible.answered for probe in own):
        needed = parameters.same_need
    elif own and context.mostly(found, len(own)):
        needed = parameters.same_need_same_article
    if elsewhere.similarity < needed:
        return verdict
    evidence = {"article": _described(article), "found_by": found, "asked_again": len(own)}
    return Verdict("language", article, {**evidence, "asked_elsewhere": elsewhere.to_json()})


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


def _diagnosis(
    cause: Cause, languages: Sequence[str], probes: Sequence[ProbeResult], verdict: Verdict, context: DiagnosisContext
) -> Diagnosis:
    """``languages`` are those with this cause, ``verdict`` is that of the one most asked in, which is the first."""
    article = verdict.article.id if verdict.article else ""
    if cause == "conflict":
        article = " ".join(sorted(verdict.evidence[side]["article_id"] for side in ("left", "right")))
    own = [probe for probe in probes if probe.case.language in languages]
    return Diagnosis(
        cause=cause,
        languages=tuple(languages),
        evidence=dict(verdict.evidence),
        nearest=_nearest(own or probes, context.parameters.probe.listed),
        action=text(f"gaps.action_{cause}", languages[0], title=verdict.article.title if verdict.article else ""),
        article=article,
        scope_score=context.scope_score,
    )


def _nearest(probes: Sequence[ProbeResult], limit: int) -> tuple[Mapping[str, Any], ...]:
    """Articles by their mean score over the probes, best first."""
    mean: dict[ArticleKey, float] = {}
    rows: dict[ArticleKey, ArticleRow] = {}
    for probe in probes:
        for hit in probe.hits:
            rows[hit.key] = hit.article
            mean[hit.key] = mean.get(hit.key, 0.0) + hit.score / len(probes)
    return tuple(
        {
            "article_id": rows[key].id,
            "language": rows[key].language,
            "title": rows[key].title,
            "score": round(mean[key], 4),
        }
        for key in sorted(mean, key=lambda key: (-mean[key], key))[:limit]
    )
