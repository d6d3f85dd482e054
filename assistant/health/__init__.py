"""Knowledge health: what is wrong with the articles among each other, and what harm it does."""
