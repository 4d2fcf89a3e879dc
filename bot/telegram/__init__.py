"""The assistant in Telegram."""
