"""From contacts to personas: attributes, bins, latent classes, names, profiles, and the model that answers later."""
