"""The ask form of Gradio's components, and the Gradio application around it. Imports Gradio, which takes seconds."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING

# Read by Gradio while it is imported: no pings, no look for a newer version, and no server of another language.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_SSR_MODE"] = "False"

import gradio as gr
from fastapi import FastAPI
from pydantic import ValidationError

from assistant.web.api.questions import AskBody
from assistant.web.page.safe_html import answer_html, resolve_nothing
from assistant.web.page.texts import TEXTS
from kb.errors import KBError

if TYPE_CHECKING:
    from assistant.web.api.questions import Desk
    from assistant.web.security.authorization import Access

FRONTEND = Path(gr.__file__).parent / "templates" / "frontend"

_CONCURRENCY = 40
_WORDS = ("question", "ask", "audience_public", "answer")


async def build(desk: Desk, access: Access, path: str) -> FastAPI:
    """An application that holds Gradio's alone, for requests below ``path``. Its lifespan has to be entered."""
    words = gr.I18n(**{language: {key: texts[key] for key in _WORDS} for language, texts in TEXTS.items()})
    host = FastAPI()
    gr.mount_gradio_app(
        host,
        _form(desk, access, words),
        path="/",
        root_path=path,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        show_error=True,
        i18n=words,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
    )
    return host


def _form(desk: Desk, access: Access, words: gr.I18n) -> gr.Blocks:
    def ask(question: str, public: bool, request: gr.Request) -> str:  # noqa: FBT001  Gradio gives values in order
        person = access.identify(request.request) if request.request else None
        if person is None:
            raise gr.Error("401", print_exception=False)
        try:
            body = AskBody.model_validate({"question": question, "audience": "public" if public else "internal"})
            reply = desk.ask(body, person, "page")
        except ValidationError as error:
            raise gr.Error(error.errors()[0]["msg"], print_exception=False) from None
        except KBError as error:
            raise gr.Error(f"{error.message} {error.hint}", print_exception=False) from None
        # Without citations their numbers stay text.
        return answer_html(reply.answer, (), resolve_nothing) if reply.answer else html.escape(reply.reason or "")

    form: gr.Blocks = gr.Blocks(title="Lotse", analytics_enabled=False)
    with form:
        question = gr.Textbox(label=words("question"), autofocus=True)
        public = gr.Checkbox(label=words("audience_public"))
        button = gr.Button(words("ask"), variant="primary")
        answer = gr.Markdown(label=words("answer"))
        gr.on([question.submit, button.click], ask, [question, public], answer, api_visibility="private")
    form.queue(default_concurrency_limit=_CONCURRENCY)
    return form
