"""Custom actions of the small assistant: one that answers, one that is slow, one that fails."""

import asyncio

from rasa_sdk import Action
from rasa_sdk.forms import FormValidationAction

SLOW_SECONDS = 30


class Echo(Action):
    """Says back what reached it."""

    def name(self):
        return "action_echo"

    def run(self, dispatcher, tracker, domain):
        latest = tracker.latest_message
        seen = {
            "metadata": latest["metadata"],
            "detected_language": latest["detected_language"],
            "entities": [[entity["entity"], entity["value"]] for entity in latest["entities"]],
            "text": latest["text"],
            "events": len(tracker.events),
        }
        dispatcher.utter_message(json_message=seen)
        return []


class Slow(Action):
    """Takes far longer than anybody waits."""

    def name(self):
        return "action_slow"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.sleep(SLOW_SECONDS)
        return []


class Broken(Action):
    """Raises, with the person's text in the exception."""

    def name(self):
        return "action_broken"

    def run(self, dispatcher, tracker, domain):
        raise ValueError(tracker.latest_message["text"])


class ValidateLeadForm(FormValidationAction):
    """Accepts any budget, in upper case."""

    def name(self):
        return "validate_lead_form"

    def validate_budget(self, value, dispatcher, tracker, domain):
        return {"budget": value.upper()}
