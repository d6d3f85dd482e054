"""The bundled weights become a model folder once: reading, writing the ONNX graph, checking hashes."""
