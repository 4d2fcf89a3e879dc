"""How people reach the assistant: Rasa made ours, the command line, the gateway and the channels."""
