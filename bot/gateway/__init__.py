"""The only process that faces people: login, chat API, web page, health and metrics."""
