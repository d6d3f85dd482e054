"""`kb check --fix` and the edits it is made of: every other byte stays as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb import markdown
from kb.articles import front_matter
from kb.articles.front_matter_edit import FrontEdit, scalar
from kb.articles.reader import decode, read
from kb.checks import check
from kb.checks.fix import FIXABLE, mended
from kb.checks.mending import mend
from kb.errors import UsageError
from kb.markdown.render import to_html

TODAY = date(2026, 11, 23)
BODY = "# Zähler ablesen\n\nLesen Sie den Zähler ab, und melden Sie uns die Zahl, die er zeigt.\n"

words = st.sampled_from(
    [
        *front_matter.KEYS,
        "reviewd_on",
        "Title",
        "tag",
        "alias",
        "author",
        "state",
        "expires-on",
        "created",
        "'id'",
        "x y",
    ]
)
values = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "a, b", "[a, b]", "{a: b}", "Published", "DE", "x # y", "'q'", '"a: b"', "90", "&x 1", "*x", "|"]
    ),
    st.sampled_from(["31.12.2025", "2025/1/2", "04/21/2020", "01/02/2020", "2026-01-01T10:00", "\n  - a\n  - b"]),
)
ends = st.sampled_from(["\n", "\r\n", "\r"])
heads = st.builds(
    lambda pairs, end: end.join(["---", *(f"{key}: {value}" for key, value in pairs), "---", ""]),
    st.lists(st.tuples(words, values), max_size=6),
    ends,
)
files = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda head, body: (head + body).encode("utf-8", "replace"), heads, st.text(max_size=80)),
    st.builds(lambda head, body: (head + body).encode("cp1252", "replace"), heads, st.just(BODY)),
)


def after(text: str, path: str = "de/meter.md") -> str:
    return mended(path, text.encode()).raw.decode()


def body_of(raw: bytes) -> str | None:
    text, _ = decode("a.md", raw)
    return None if text is None else text[front_matter.split(text)[1] :]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("reviewd_on: 2026-01-01  # von Anna", "reviewed_on: 2026-01-01  # von Anna"),
        ("tag: [a]", "tags: [a]"),
        ("tags: strom, gas # beide", "tags: [strom, gas] # beide"),
        ("aliases: 'wie geht: das, was'", 'aliases: ["wie geht: das", was]'),
        ("reviewed_on: 1.3.2026", "reviewed_on: 2026-03-01"),
        ("reviewed_on: '2026/11/01'", "reviewed_on: 2026-11-01"),
        ("reviewed_on: 2026-1-5", "reviewed_on: 2026-01-05"),
        ("created_on: 2026-11-01T10:00:00Z", "created_on: 2026-11-01"),
        ("created_on: 04/21/2020", "created_on: 2020-04-21"),
        ("status: Published", "status: published"),
        ("audience: 'Internal'   # intern", "audience: internal   # intern"),
        ("owner: x\nowner: x", "owner: x"),
        ("product: strom, gas", "products: [strom, gas]"),
    ],
)
def test_what_is_mechanical_is_mended_and_nothing_else(before: str, expected: str) -> None:
    head = "---\n# Kopf\nid:   meter\ntitle: Z\nlanguage: de\n"
    assert after(f"{head}{before}\n---\n{BODY}") == f"{head}{expected}\n---\n{BODY}"


@pytest.mark.parametrize(
    "line",
    [
        "reviewed_by: Anna",
        "author: Anna",
        "reviewed_on: 01/02/2026",
        "reviewed_on: bald",
        "status: fertig",
        "status: publised",
        "tags: {a: b}",
        "owner: x\nowner: y",
        "tags:\n- a\ntag: [b]",
        "title2: |\n  lang",
        "expires_on: 2026-02-30",
    ],
)
def test_what_takes_a_person_is_left_alone(line: str) -> None:
    text = f"---\nid: meter\ntitle: Z\nlanguage: de\n{line}\n---\n{BODY}"
    assert after(text) == text


def test_missing_names_come_from_the_file_itself() -> None:
    assert after(f"---\nowner: x\n---\n{BODY}") == (
        f"---\nid: meter\ntitle: Zähler ablesen\nlanguage: de\nowner: x\n---\n{BODY}"
    )
    told_by_nothing = "---\nowner: x\n---\n4711\n"
    assert after(told_by_nothing, "Zähler 2.md") == told_by_nothing
    assert after("Nur Text.") == "Nur Text."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_stay(end: str) -> None:
    raw = end.join(["\ufeff---", "id: meter", "titel2: x", "status: Draft", "---", BODY]).encode()
    result = mended("meter.md", raw)
    assert (
        result.raw
        == end.join(
            [
                "\ufeff---",
                "id: meter",
                "title: Zähler ablesen",
                "language: de",
                "titel2: x",
                "status: draft",
                "---",
                BODY,
            ]
        ).encode()
    )
    assert result.codes == ("bad-value", "missing-key", "missing-key")


def test_windows_1252_becomes_utf_8() -> None:
    text = f"---\nid: meter\ntitle: Z\nlanguage: de\n---\n{BODY}"
    assert mended("meter.md", text.encode("cp1252")).raw == text.encode()
    for raw in (text.encode("utf-16"), b"\0\1", b"", b"---\nid: \xff\xc3\xa4\n---\n"):
        assert mended("meter.md", raw).raw == raw


@settings(max_examples=120, deadline=None)
@given(files)
@example(b"---\n\n---\n")
@example(b"---\nid:\n---\n# T")
@example(b"---\nTitl: .\n---")
def test_mending_twice_is_mending_once_and_the_body_stays_as_it_is(raw: bytes) -> None:
    once = mended("de/meter.md", raw)
    assert mended("de/meter.md", once.raw) == type(once)(once.raw, ())
    assert set(once.codes) <= FIXABLE
    old, new = body_of(raw), body_of(once.raw)
    assert old == new
    if old is not None:
        assert to_html(old) == to_html(new or "")
        sections = [read("de/meter.md", item).article for item in (raw, once.raw)]
        texts = [[section.text for section in one.sections] if one else None for one in sections]
        assert texts[0] in (None, texts[1])  # a mended key can make an article of what was none


@settings(max_examples=60, deadline=None)
@given(files)
@example(b"---\nreatd: a\n---\nText")
def test_mending_never_brings_an_error(tmp_path_factory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "fix" / "meter.md"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(raw)
    before = check([file], TODAY)
    mend([file.parent], TODAY)
    after = check([file], TODAY)
    assert {one.code for one in after.findings if one.severity == "error"} <= {one.code for one in before.findings}
    assert after.errors <= before.errors


def test_a_folder_is_mended_and_only_what_was_found_is_touched(tmp_path: Path) -> None:
    head = "id: sound\ntitle: S\nlanguage: de\nstatus: draft\naudience: public\nowner: x\ncreated_on: 2026-01-01"
    sound = f"---\n{head}\n---\n{BODY}"
    (tmp_path / "sound.md").write_text(sound)
    (tmp_path / "meter.md").write_text(sound.replace("sound", "meter").replace("draft", "Draft"))
    (tmp_path / "meter.md").chmod(0o640)
    assert mend([tmp_path], TODAY) == [(str(tmp_path / "meter.md"), ("bad-value",))]
    assert (tmp_path / "sound.md").read_text() == sound
    assert (tmp_path / "meter.md").stat().st_mode & 0o777 == 0o640
    assert mend([tmp_path], TODAY) == []
    assert check([tmp_path], TODAY).findings == ()


def test_an_id_that_another_article_has_is_not_given_twice(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        head = "---\nid: meter\n" if folder == "x" else "---\n"
        (tmp_path / folder / "meter.md").write_text(f"{head}title: Z\nlanguage: de\n---\n{BODY}")
    assert mend([tmp_path], TODAY) == []
    assert "id:" not in (tmp_path / "y" / "meter.md").read_text()


def test_an_id_that_would_hide_another_article_is_taken_back(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        head = "---\nid: meter\n" if folder == "y" else "---\n"
        (tmp_path / folder / "meter.md").write_text(f"{head}title: Z\nlanguage: de\n---\n{BODY}")
    assert mend([tmp_path], TODAY) == []
    assert "id:" not in (tmp_path / "x" / "meter.md").read_text()


def test_only_the_files_that_are_named_are_mended(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(f"---\nid: {name}\nstatus: Draft\n---\n{BODY}")
    assert [path for path, _ in mend([tmp_path], TODAY, only=[tmp_path / "b.md"])] == [str(tmp_path / "b.md")]
    assert "Draft" in (tmp_path / "a.md").read_text()


def test_a_file_that_cannot_be_written_is_an_error_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"---\nid: a\nstatus: Draft\n---\n{BODY}")
    (tmp_path / ".a.md.new").mkdir()
    with pytest.raises(UsageError):
        mend([tmp_path], TODAY)
    assert "Draft" in file.read_text()


def test_an_edit_refuses_what_it_cannot_tell() -> None:
    edit = FrontEdit("---\ntags:\n  - a\ntitle: >\n  lang\nid: 'a\n  b'\nx: &y 1\n---\n")
    assert not any(edit.set(key, "new") for key in ("tags", "title", "id", "x"))
    assert [edit.value(key) for key in ("tags", "title", "nothing")] == [None, None, None]
    with pytest.raises(ValueError, match="no front matter"):
        FrontEdit("# Titel\n")


def test_an_edit_adds_a_key_behind_the_one_it_belongs_to() -> None:
    edit = FrontEdit("---\r\nid: a\r\ntags:\r\n- x\r\n- y\r\nowner: z\r\n---\r\nText\r\n")
    assert edit.set("products", "[p]", after=("tags",))
    assert edit.set("reviewed_on", "2026-01-01", after=("created_on",))
    assert edit.set("owner", "neu")
    lines = ["---", "id: a", "tags:", "- x", "- y", "products: [p]", "owner: neu", "reviewed_on: 2026-01-01", "---"]
    assert edit.text == "\r\n".join([*lines, "Text", ""])


@given(st.text(max_size=30))
def test_a_scalar_is_read_back_as_it_was(text: str) -> None:
    clean = " ".join(text.split())
    reading = front_matter.read(f"title: {scalar(clean)}\n")
    if all(char.isprintable() for char in clean):
        assert (reading.values.title, reading.complaints) == (clean, ())


def test_titles_come_from_a_heading_only() -> None:
    assert markdown.parse("## Zwei").title == "Zwei"
    text = "---\nid: a\nlanguage: de\n---\n## Zwei\n"
    assert after(text) == text
