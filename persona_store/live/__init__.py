"""Events from the CRM as they happen: taken in once each, with contacts, memberships and classes following at once."""
