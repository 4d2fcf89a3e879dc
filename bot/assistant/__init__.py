"""What makes Rasa ours: compatibility layer, launcher, NLU components, tracker store, action client."""
