from __future__ import annotations

import warnings

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from llama_index.core.schema import QueryBundle

    from assistant.ask import AskFilters
    from assistant.llama import LotseEmbedding, LotseQueryEngine, LotseRetriever


def test_the_retriever_gives_the_best_chunk_of_each_article(sample) -> None:
    nodes = LotseRetriever(sample, AskFilters(limit=3)).retrieve("Wie melde ich meinen Umzug?")
    assert len(nodes) == 3
    assert nodes[0].metadata["article_id"] == "report-move"
    assert nodes[0].text.startswith("Umzug melden")
    assert nodes[0].score >= nodes[1].score


def test_the_retriever_takes_a_query_bundle(sample) -> None:
    assert LotseRetriever(sample).retrieve(QueryBundle("How do I report my meter reading?"))


def test_the_query_engine_answers_with_quotes_and_their_sources(sample) -> None:
    response = LotseQueryEngine.of(sample).query("Was kostet eine Rücklastschrift?")
    assert "3,50 €" in str(response)
    assert response.source_nodes[0].metadata["article_id"] == "returned-direct-debit"
    assert response.metadata["status"] == "answered"


def test_the_query_engine_abstains_with_a_reason(sample) -> None:
    response = LotseQueryEngine.of(sample).query("Wie backe ich Sauerteigbrot?")
    assert response.source_nodes == []
    assert "Wissensdatenbank" in str(response)


def test_the_embedding_is_the_librarys_own(sample) -> None:
    embedding = LotseEmbedding(sample.embedder)
    ours = sample.embedder.embed_queries(["Umzug"])[0]
    np.testing.assert_allclose(embedding.get_query_embedding("Umzug"), ours, atol=1e-6)
    assert embedding.get_text_embedding("Umzug") != embedding.get_query_embedding("Umzug")
