"""The seam to LlamaIndex: our retriever, embedder and answers as LlamaIndex objects.

A query engine that answers with quotes, offline and without an LLM::

    from pathlib import Path
    from assistant.llama import LotseQueryEngine
    from kb.library import Library

    engine = LotseQueryEngine.of(Library.open(Path(".kb")))
    response = engine.query("Wie melde ich meinen Umzug?")
    print(response, response.source_nodes[0].metadata["path"])

Or give ``LotseRetriever`` to a query engine of your own, with any LLM and any postprocessor::

    RetrieverQueryEngine.from_args(LotseRetriever(library), llm=my_llm)
"""

from __future__ import annotations

from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import ConfigDict, PrivateAttr

from assistant.ask import Asker, AskFilters, ask
from assistant.retrieval.query import understand
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.search import retrieve, searching
from kb.articles.paths import shown
from kb.catalog import ChunkRow, Filter
from kb.embedding import Embedder
from kb.library import Library

__all__ = ["LotseEmbedding", "LotseQueryEngine", "LotseRetriever"]


class LotseEmbedding(BaseEmbedding):
    """The configured embedder for LlamaIndex; question and passage prefixes are kept apart as it does."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> Embedding:
        return self._embedder.embed_queries([query])[0].tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> Embedding:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return self._embedder.embed_passages(texts).tolist()  # type: ignore[no-any-return]


class LotseRetriever(BaseRetriever):
    """Hybrid retrieval as in `kb ask`: one node an article, its best chunk, with the fused score (0..1)."""

    def __init__(self, library: Library, filters: AskFilters | None = None) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._library = library
        self._filters = filters or AskFilters()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        library, filters = self._library, self._filters
        query = understand(query_bundle.query_str)
        vector = library.embedder.embed_queries([query.text])[0]
        where = Filter(library.today(), filters.audience, filters.language, filters.products, hidden=filters.hidden)
        with (
            library.reading(),
            searching(library, vector) as (snapshot, hits),
        ):
            ranked = retrieve(snapshot, library, query, vector, hits, where).articles[: filters.limit]
            chunks = snapshot.chunks([item.passages[0].chunk for item in ranked])
        return [_node(item, chunks[item.passages[0].chunk]) for item in ranked]


class LotseQueryEngine(CustomQueryEngine):
    """`kb ask` as a LlamaIndex query engine: the answer is made of quotes, the source nodes are its citations."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    filters: AskFilters

    @classmethod
    def of(cls, library: Library, filters: AskFilters | None = None) -> LotseQueryEngine:
        """An engine over a library."""
        return cls(library=library, filters=filters or AskFilters(), callback_manager=CallbackManager())

    def custom_query(self, query_str: str) -> Response:
        """Answer, or give the reason for abstaining."""
        with self.library.reading():
            reply = ask(self.library, query_str, self.filters, Asker(channel="library"))
        nodes = [
            NodeWithScore(
                node=TextNode(
                    text=citation.quote,
                    metadata={
                        "article_id": citation.article_id,
                        "language": citation.language,
                        "section": citation.section,
                        "anchor": citation.anchor,
                        "path": citation.path,
                        "lines": list(citation.lines),
                    },
                ),
                score=citation.score,
            )
            for citation in reply.citations
        ]
        details: dict[str, Any] = {
            "status": reply.status,
            "confidence": reply.confidence,
            "question_id": reply.question_id,
        }
        return Response(response=reply.answer or reply.reason, source_nodes=nodes, metadata=details)


def _node(item: Ranked, chunk: ChunkRow) -> NodeWithScore:
    article = item.article
    node = TextNode(
        id_=chunk.vector_id,
        text=chunk.text,
        metadata={
            "article_id": article.id,
            "language": article.language,
            "title": article.title,
            "section": " > ".join(chunk.headings),
            "anchor": chunk.anchor,
            "path": shown(article.root, article.path),
            "lines": list(chunk.lines),
        },
    )
    return NodeWithScore(node=node, score=item.score)
