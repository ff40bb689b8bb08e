"""The daemon's own web server: health, readiness and metrics."""
