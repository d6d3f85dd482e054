"""The web: REST, the page, and the server that holds both. Door: ``assistant.web.server.serve``."""
