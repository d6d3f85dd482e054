from __future__ import annotations

import numpy as np
import pytest

from kb.embedding.endpoint import EndpointEmbedder
from kb.errors import MissingPartError
from tests.embedding_service import DIMENSIONS, GERMAN, Service, vector

KEY = "sk-very-secret"


@pytest.fixture
def service():
    running = Service()
    yield running
    running.close()


def impatient(url: str, key: str = "") -> EndpointEmbedder:
    """Tries again at once."""
    return EndpointEmbedder(url, "plain", key, pauses_s=(0.0, 0.0))


def test_vectors_are_the_services_own_at_length_1(service):
    found = EndpointEmbedder(service.url, "plain", KEY).embed_passages(GERMAN)
    expected = np.array([vector(text) / np.linalg.norm(vector(text)) for text in GERMAN])
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_dimensions_are_learnt_from_a_first_call(service):
    assert EndpointEmbedder(service.url, "plain").dimensions == DIMENSIONS
    assert [request["path"] for request in service.requests] == ["/v1/embeddings"]


def test_the_key_travels_as_a_bearer_token_and_only_when_there_is_one(service):
    EndpointEmbedder(service.url, "plain", KEY)
    EndpointEmbedder(service.url, "plain")
    assert service.keys == [f"Bearer {KEY}", None]


def test_an_address_that_already_names_the_route_is_left_alone(service):
    EndpointEmbedder(f"{service.url}/embeddings", "plain")
    assert service.requests[0]["path"] == "/v1/embeddings"


def test_many_texts_go_in_batches_of_32(service):
    EndpointEmbedder(service.url, "plain").embed_passages([f"Text {number}" for number in range(70)])
    assert [len(request["input"]) for request in service.requests[1:]] == [32, 32, 6]


def test_an_e5_model_gets_its_prefixes_and_another_none(service):
    for model in ("multilingual-e5-large", "plain"):
        embedder = EndpointEmbedder(service.url, model)
        embedder.embed_queries(["Frage"])
        embedder.embed_passages(["Text"])
    sent = [request["input"][0] for request in service.requests if request["input"] != ["dimensions"]]
    assert sent == ["query: Frage", "passage: Text", "Frage", "Text"]


def test_long_texts_are_cut_to_max_tokens(service):
    EndpointEmbedder(service.url, "plain", max_tokens=3).embed_passages(["eins, zwei drei vier"])
    assert service.requests[-1]["input"] == ["eins, zwei"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again(service, status):
    service.failures = [status, status]
    assert impatient(service.url).dimensions == DIMENSIONS
    assert len(service.requests) == 3


def test_a_service_that_stays_away_is_an_error_without_the_key(service):
    service.failures = [503, 503, 503]
    with pytest.raises(MissingPartError, match="503") as caught:
        impatient(service.url, KEY)
    assert KEY not in str(caught.value)
    assert "embedding.url" in caught.value.hint


def test_a_refused_key_is_an_error_at_once_without_the_key(service):
    service.failures = [401]
    with pytest.raises(MissingPartError, match="HTTP 401") as caught:
        EndpointEmbedder(service.url, "plain", KEY)
    assert KEY not in str(caught.value)
    assert len(service.requests) == 1


def test_credentials_in_the_address_are_never_shown(service):
    address = service.url.replace("http://", "http://user:hidden@") + "?token=hidden"
    with pytest.raises(MissingPartError) as caught:
        impatient(address.replace(str(service.server_port), "1"))
    assert "hidden" not in str(caught.value)
    assert "hidden" not in impatient(address.partition("?")[0]).name


def test_nobody_at_the_address_is_an_error():
    with pytest.raises(MissingPartError, match=r"127\.0\.0\.1:9"):
        impatient("http://127.0.0.1:9/v1")


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"data": []}', b'{"data": [{"index": 0, "embedding": ["x"]}]}'])
def test_an_answer_that_is_no_list_of_vectors_is_an_error(service, answer):
    service.answer = answer
    with pytest.raises(MissingPartError, match="unexpected answer"):
        EndpointEmbedder(service.url, "plain")


def test_too_few_vectors_are_an_error(service):
    embedder = EndpointEmbedder(service.url, "plain")
    service.answer = b'{"data": [{"index": 0, "embedding": [1, 2]}]}'
    with pytest.raises(MissingPartError, match="unexpected answer"):
        embedder.embed_passages(["eins", "zwei"])


def test_fingerprints_tell_models_and_addresses_apart_but_not_keys(service):
    one = EndpointEmbedder(service.url, "plain", KEY).fingerprint
    assert EndpointEmbedder(service.url, "plain", "other").fingerprint == one
    assert EndpointEmbedder(service.url, "other", KEY).fingerprint != one
