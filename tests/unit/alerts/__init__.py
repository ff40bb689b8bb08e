"""Tests of the alerts core."""
