"""Figures of a period: read (``gather``), counted, small groups suppressed (``compute``). No words, no layout."""
