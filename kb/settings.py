"""Settings: defaults, then ``[tool.kb]`` in pyproject.toml or a file of one's own, then ``KB_SECTION__KEY``.

An unknown key is an error that names the nearest valid one, so that a typo never passes for a setting. Where each
value came from is kept, for ``kb settings``.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from kb.articles.files import MAX_BYTES
from kb.errors import UsageError
from kb.runtime.days import zone_of

ENV_PREFIX = "KB_"
ENV_NOT_SETTINGS = frozenset({"KB_HOME", "KB_CONFIG", "KB_MODEL_CACHE", "KB_EVALS_CACHE"})
"""Places, not settings: they say where to look, before any setting is read."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Weight = Annotated[float, Field(ge=0.0, le=10.0)]
ProductName = Annotated[str, Field(pattern=r"^[^=@]+(@[a-z]+)?=.*\S")]


def _time_zone(name: str) -> str:
    try:
        zone_of(name)
    except UsageError as error:
        raise ValueError(error.message.rstrip(".")) from None
    return name


TimeZone = Annotated[str, AfterValidator(_time_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArticleSettings(_Section):
    """Which files are articles."""

    paths: tuple[str, ...] = Field(
        default=("articles",), description="what `kb ingest` and `kb check` take without arguments"
    )
    ignore: tuple[str, ...] = Field(
        default=("README.md", "LICENSE*"), description="file-name patterns that are not articles"
    )
    max_bytes: int = Field(default=MAX_BYTES, gt=0, description="larger files are rejected")
    due_days: int = Field(default=30, ge=0, description="so many days before its review date an article counts as due")
    product_names: tuple[ProductName, ...] = Field(
        default=(), description="what people read for a product: product=Name, or product@en=Name for one language"
    )


class LinkSettings(_Section):
    """How `kb check --links` asks other hosts."""

    timeout_s: float = Field(default=10.0, gt=0, le=120, description="longest wait for one answer of another host")
    max_age_days: int = Field(default=7, ge=0, description="so long an address that answered is not asked again")
    allow_networks: tuple[str, ...] = Field(
        default=(), description="private networks that may be asked, such as 10.1.0.0/16; others never are"
    )


class EmbeddingSettings(_Section):
    """Which model turns text into vectors."""

    model: str = Field(default="bundled", description="'bundled', or a sentence-transformers model by name or path")
    english: bool = Field(default=True, description="a second, small encoder for English questions and articles")
    url: str = Field(default="", description="an OpenAI-compatible endpoint, up to and without /embeddings")
    api_key: SecretStr = Field(default=SecretStr(""), description="key for that endpoint")
    chunk_tokens: int = Field(default=220, ge=32, le=512, description="budget of a chunk, breadcrumb included")


class VectorSettings(_Section):
    """Where vectors are kept."""

    url: str = Field(default="", description="a Chroma server (http://host:8000); empty: a folder below the home")


class EventSettings(_Section):
    """The log of questions, ratings and, later, gaps."""

    url: str = Field(default="", description="an SQLAlchemy URL (postgresql+psycopg://…); empty: SQLite below the home")
    redact: bool = Field(default=True, description="take personal data out of questions before they are stored")


class RetrievalSettings(_Section):
    """How candidates are found and put in order."""

    candidates: int = Field(default=100, ge=10, le=1000, description="chunks taken from each of vectors and full text")
    reranker: str = Field(default="", description="a sentence-transformers CrossEncoder by name or path; empty: none")
    superseded_penalty: Share = Field(
        default=0.3, description="taken from the score of an article that another one supersedes"
    )
    other_language_margin: Share = Field(
        default=0.06, description="by how much a translation must be better to be used"
    )


class AnswerSettings(_Section):
    """When and how much is answered."""

    threshold: Share = Field(
        default=0.54, description="an answer is shown from this confidence on; the default lets one in ten be wrong"
    )
    max_sentences: int = Field(default=3, ge=1, le=10, description="most sentences quoted in an answer")
    max_characters: int = Field(
        default=500, ge=100, description="most characters quoted, step lists and tables excepted"
    )


class WriterSettings(_Section):
    """A language model that puts answers into words; without one, answers are quotes."""

    url: str = Field(default="", description="an OpenAI-compatible endpoint, up to and without /chat/completions")
    model: str = Field(default="default", description="the model's name there; a server with one model ignores it")
    api_key: SecretStr = Field(default=SecretStr(""), description="key for that endpoint")
    timeout_s: float = Field(
        default=2.0, gt=0, le=60, description="longest wait for the first word, and between words; then quotes answer"
    )
    total_s: float = Field(default=10.0, gt=0, le=120, description="longest time for a whole text; then quotes answer")
    max_tokens: int = Field(default=300, ge=50, le=2000, description="most tokens the model may write")


class LearningSettings(_Section):
    """What ratings change about the ranking."""

    enabled: bool = Field(
        default=True, description="let ratings of earlier questions order the articles for similar ones"
    )
    half_life_days: int = Field(default=180, gt=0, description="after so many days a rating counts half")
    most: Share = Field(default=0.15, description="most that ratings set one article's score before another's")


class ReportSettings(_Section):
    """What reports may say, and by which calendar."""

    min_group: int = Field(
        default=5,
        ge=1,
        le=100,
        description="figures of fewer people are not reported (works councils ask for 5); 1: all",
    )
    time_zone: TimeZone = Field(
        default="Europe/Berlin",
        description="whose calendar says what day it is: for freshness, reports and everything else; an IANA name",
    )


class BacklogSettings(_Section):
    """When a documentation gap counts as mended."""

    verify_share: Annotated[float, Field(gt=0.0, le=1.0)] = Field(
        default=0.8, description="a gap closes when its article answers this share of its questions"
    )


class GapSettings(_Section):
    """What counts as evidence of a documentation gap, and how much the gap matters."""

    weight_abstained: Weight = Field(default=1.0, description="evidence of a question that was not answered")
    weight_not_helpful: Weight = Field(
        default=1.0, description="evidence of an answer rated not helpful, while the article's text stands as it was"
    )
    weight_rephrased: Weight = Field(
        default=0.5, description="evidence of a question asked again in other words in the same session"
    )
    weight_not_opened: Weight = Field(
        default=0.2,
        description="evidence of an answer on the page that nobody opened or copied: weak, it may do as it is",
    )
    weight_escalated: Weight = Field(
        default=2.0, description="evidence of a question handed to a lead: somebody took the trouble"
    )
    weight_gap_reported: Weight = Field(default=2.0, description="evidence of a gap that an agent reported")
    weight_outdated: Weight = Field(
        default=1.0, description="evidence of an answer that rests on overdue, expired or withdrawn articles alone"
    )
    weight_other_language: Weight = Field(
        default=0.5, description="evidence of an answer that rests on articles in another language alone"
    )
    weight_ticket: Weight = Field(
        default=1.0, description="evidence of a ticket that no article answers, or that was solved without one"
    )
    rephrase_minutes: int = Field(
        default=10, ge=1, description="a similar question within so many minutes counts as the same one asked again"
    )
    rephrase_cosine: Share = Field(
        default=0.88, description="from this cosine on a question is similar to the one before"
    )
    cluster_distance: float = Field(
        default=0.45, gt=0, le=1, description="questions further apart than this, in the mean, are different needs"
    )
    merge_distance: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="missing answers nearer than this, in the mean, make one gap",
    )
    min_evidence: float = Field(
        default=2.0, ge=0, description="gaps with less evidence than this are left out: one refused question is chance"
    )
    most_replayed: int = Field(
        default=240, ge=1, description="most questions asked again in one run, those of the weightiest clusters first"
    )
    half_life_days: int = Field(default=45, gt=0, description="after so many days a question counts half for priority")
    minutes_question: float = Field(
        default=5.0, ge=0, description="minutes lost with one unanswered question: searching, asking around"
    )
    minutes_ticket: float = Field(default=15.0, ge=0, description="minutes lost with one ticket that no article solves")
    minutes_escalation: float = Field(default=20.0, ge=0, description="minutes lost with one question handed to a lead")


class ServerSettings(_Section):
    """The web server."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=7860, ge=0, le=65535, description="port to listen on")
    max_question_characters: int = Field(default=8000, ge=100, description="longer questions are refused")
    names: tuple[str, ...] = Field(default=(), description="host names under which the server may be called")
    certificate: str = Field(default="", description="TLS certificate (PEM file); with it the server speaks https")
    certificate_key: str = Field(default="", description="key of that certificate (PEM file)")
    requests_per_minute: int = Field(default=6000, ge=10, description="more from one caller are refused for a while")


class AccountSettings(_Section):
    """Signing in."""

    session_hours: int = Field(default=12, ge=1, le=720, description="so long a browser stays signed in")
    failures: int = Field(default=5, ge=1, description="so many wrong passwords in a row lock an account")
    locked_minutes: int = Field(default=15, ge=1, description="for so long")
    proxy_header: str = Field(default="", description="header in which a reverse proxy names who has signed in there")
    proxy_addresses: tuple[str, ...] = Field(
        default=(), description="addresses or networks of proxies whose headers are believed"
    )
    proxy_role: Literal["", "agent", "lead", "admin"] = Field(
        default="", description="role of those whom the proxy names and who have no account here; empty: refused"
    )


class Settings(_Section):
    """All settings. Every part has a default; nothing needs to be set."""

    articles: ArticleSettings = ArticleSettings()
    links: LinkSettings = LinkSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    vectors: VectorSettings = VectorSettings()
    events: EventSettings = EventSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    writer: WriterSettings = WriterSettings()
    learning: LearningSettings = LearningSettings()
    reports: ReportSettings = ReportSettings()
    backlog: BacklogSettings = BacklogSettings()
    gaps: GapSettings = GapSettings()
    server: ServerSettings = ServerSettings()
    accounts: AccountSettings = AccountSettings()


Origins = dict[str, str]
"""``section.key`` to where its value came from; keys that are missing hold their default."""


def load(
    config: Path | None = None, *, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Settings, Origins]:
    """Read the settings for ``folder`` (default: the current one).

    ``config`` names a TOML file with the sections at its top; without it, ``[tool.kb]`` of ``folder/pyproject.toml`` is
    read where there is one. Raises UsageError for a file that cannot be read, an unknown key or a wrong value.
    """
    env = os.environ if env is None else env
    values: dict[str, dict[str, Any]] = {}
    origins: Origins = {}
    for source, table in _tables(config, folder or Path.cwd()):
        for section, keys in table.items():
            if not isinstance(keys, dict):
                raise UsageError(f"{source}: [{section}] must be a table.", _nearest(section, Settings.model_fields))
            for key, value in keys.items():
                _known(section, key, source)
                values.setdefault(section, {})[key] = value
                origins[f"{section}.{key}"] = source
    for name, section, key, value in _environment(env):
        values.setdefault(section, {})[key] = value
        origins[f"{section}.{key}"] = name
    try:
        return Settings.model_validate(values), origins
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:2])
        raise UsageError(
            f"Setting {where} from {origins.get(where, 'the settings')}: {first['msg']}.",
            "Run `kb settings` in a folder without this value to see the default and what it means.",
        ) from None


def rows(settings: Settings, origins: Origins) -> Iterator[tuple[str, Any, str, str]]:
    """Every setting as (``section.key``, value, origin, description); secrets are masked by their type."""
    for section, field in Settings.model_fields.items():
        del field
        part: BaseModel = getattr(settings, section)
        for key, info in type(part).model_fields.items():
            name = f"{section}.{key}"
            value = getattr(part, key)
            shown = str(value) if isinstance(value, SecretStr) else value
            yield name, shown, origins.get(name, "default"), info.description or ""


def _tables(config: Path | None, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if config is not None:
        yield str(config), _read_toml(config)
        return
    project = folder / "pyproject.toml"
    if project.is_file():
        yield "pyproject.toml [tool.kb]", _read_toml(project).get("tool", {}).get("kb", {})


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Settings file {path} cannot be read: {error}.", "Give a readable TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"Settings file {path} is not valid TOML: {error}.", "Mend the line that is named.") from None


def _environment(env: Mapping[str, str]) -> Iterator[tuple[str, str, str, Any]]:
    for name in sorted(env):
        if not name.startswith(ENV_PREFIX) or name in ENV_NOT_SETTINGS:
            continue
        section, _, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
        _known(section, key, name)
        yield name, section, key, _from_text(section, key, env[name])


def _from_text(section: str, key: str, text: str) -> str | list[str]:
    """Lists come as JSON or as comma-separated text; everything else is left to pydantic."""
    annotation = Settings.model_fields[section].annotation
    assert annotation is not None  # noqa: S101  every section field is annotated
    if "tuple" not in str(annotation.model_fields[key].annotation):
        return text
    return list(json.loads(text)) if text.lstrip().startswith("[") else [part.strip() for part in text.split(",")]


def _known(section: str, key: str, source: str) -> None:
    if section not in Settings.model_fields:
        raise UsageError(f"{source}: there is no section '{section}'.", _nearest(section, Settings.model_fields))
    annotation = Settings.model_fields[section].annotation
    keys = getattr(annotation, "model_fields", {})
    if key not in keys:
        raise UsageError(f"{source}: there is no setting '{section}.{key}'.", _nearest(key, keys))


def _nearest(word: str, valid: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.0)
    return f"Did you mean '{close[0]}'? Valid are: {', '.join(valid)}." if close else "See `kb settings`."
