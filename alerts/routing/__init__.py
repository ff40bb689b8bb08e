"""Who must know of a candidate: a tree of routes to receivers, who stands in for whom, and who gets what."""

from alerts.routing.deciding import Decision, decide, holds
from alerts.routing.receivers import Assign, Chat, Endpoint, Receiver
from alerts.routing.routes import AuthorList, Days, Route, Routing, Span, When
from alerts.routing.standing_in import CONSOLE_ALONE, StandIns, stand_ins

__all__ = [
    "CONSOLE_ALONE",
    "Assign",
    "AuthorList",
    "Chat",
    "Days",
    "Decision",
    "Endpoint",
    "Receiver",
    "Route",
    "Routing",
    "Span",
    "StandIns",
    "When",
    "decide",
    "holds",
    "stand_ins",
]
