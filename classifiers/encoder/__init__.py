"""Tier two: a small transformer that reads texts near the threshold again; only its training needs torch."""
