"""Fits of the confidence (``calibrate``) and the fusion (``weights``), and what ratings teach (``learning``)."""
