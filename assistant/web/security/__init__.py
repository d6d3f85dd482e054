"""Rights of callers: sign-in, authorization, the guard around every request, rate limits."""
