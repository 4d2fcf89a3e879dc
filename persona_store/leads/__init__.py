"""Leads that are not in the CRM: what is said of them, what the data make of it, and how they get into the store."""
