"""The persona store: personas built from CRM data and what is known from them; knows nothing of Rasa or channels."""
