"""Rasa custom actions: one module per capability; slots in, one call of the persona store, one Answer out."""
