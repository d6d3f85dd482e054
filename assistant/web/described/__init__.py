"""What the endpoints answer, in words and shapes for those who call them; they themselves answer with plain dicts.

The tests hold both together: every example, and what a server really answers, fits the shape that is told here.
"""

from assistant.web.described.document import install as install
