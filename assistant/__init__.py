"""Questions out: retrieval, answers, and the surfaces people use."""
