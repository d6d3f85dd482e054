"""The web page: its document, assets, words, and the endpoints that only it calls."""
