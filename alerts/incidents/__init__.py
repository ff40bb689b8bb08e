"""Incidents: when complaints of one kind come faster than is usual, they are one trouble of many customers."""
