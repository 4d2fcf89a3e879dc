"""Rasa components that understand a message: bounded tokens, language, intent, names and closed vocabularies."""
