from __future__ import annotations

import pytest

from assistant.answering.generation.writer import warm
from kb.settings import WriterSettings
from tests.chat_service import ChatService


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    warm(WriterSettings(url="http://127.0.0.1:9/v1"))


@pytest.fixture
def service():
    running = ChatService()
    yield running
    running.close()
