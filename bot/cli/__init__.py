"""The `personabot` command."""
