"""German and English as text: sentences, terms, language, compounds, negation, redaction."""
