"""Who may call what: sign-in, authorization, the guard around every request, rate limits."""
