"""Vectors on disk: Chroma's collection (``chroma``), its graph file (``hnsw``), and those of logged questions."""
