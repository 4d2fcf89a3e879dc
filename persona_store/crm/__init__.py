"""From CRM exports to the store."""
