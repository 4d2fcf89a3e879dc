"""Greeting, thanks, farewell, help, "are you a bot", and yes or no to what was offered."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.people import offer_again_answer
from actions.answers.talk import again_answer, help_answer, talk_answer
from actions.ask import ask
from actions.base import StoreAction, TalkAction
from actions.choose_option import choose
from actions.context import Message, Request
from actions.fallback import not_understood
from actions.follow_up import follow_up
from actions.qualification import lead_of
from actions.reply import Reply
from actions.state import Talk
from actions.storing import begin_storing
from actions.subject import names_anything
from actions.veto_cues import asks, contradicts
from actions.veto_verdict import contradict
from persona_store.leads.cues import says

COURTESIES = frozenset({"greet", "thank", "goodbye", "bot_challenge"})
JUDGED = ("match", "antipersona")


def _bare(name: str, request: Request) -> Reply:
    """A yes or no to nothing; the next one in a row gets another answer."""
    reply = plain_reply(name, request.talk)
    return replace(reply, talk=replace(reply.talk, missed=1))


def plain_reply(name: str, talk: Talk) -> Reply:
    """One text, a shorter one when it was the last of its kind; what was offered before stays open."""
    if name in COURTESIES:
        known = name in talk.courtesies
        left = tuple(one for one in talk.courtesies if one != name)
        after = replace(talk, missed=0, courtesies=left if known else (*left, name))
        return Reply((again_answer(name, talk.spoken) if known else talk_answer(name, talk.spoken),), after)
    return Reply((talk_answer(name, talk.spoken),), replace(talk, missed=0))


class ActionGreet(TalkAction):
    """Answers the intent greet."""

    intent = "greet"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Says its text."""
        return plain_reply(self.intent, talk)


class ActionGoodbye(TalkAction):
    """Answers the intent goodbye."""

    intent = "goodbye"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Says its text; who goes has left whatever was running."""
        return plain_reply(self.intent, replace(talk, running=None))


class ActionThank(TalkAction):
    """Answers the intent thank."""

    intent = "thank"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Says its text."""
        return plain_reply(self.intent, talk)


class ActionBotChallenge(TalkAction):
    """Answers the intent bot_challenge."""

    intent = "bot_challenge"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Says its text."""
        return plain_reply(self.intent, talk)


class ActionHelp(TalkAction):
    """Answers the intent help."""

    intent = "help"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """What one can ask, by example."""
        return Reply((help_answer(talk.spoken),), replace(talk, missed=0))


class ActionAffirm(StoreAction):
    """Answers the intent affirm."""

    intent = "affirm"

    def reply(self, request: Request, session: Session) -> Reply:
        """Does what was offered last; with several options open it asks which one."""
        talk = request.talk
        if says("saves", request.text) and (lead := lead_of(talk.question)) is not None:
            return begin_storing(request, *lead)
        if names_anything(request, session):
            return choose(request, session) if talk.options else follow_up(request, session)
        if len(talk.options) == 1 and talk.chosen is None:
            return ask(request, session, talk.options[0].question)
        if talk.options and talk.chosen is None:
            return Reply((offer_again_answer(talk.options, request.language),), talk)
        if talk.offer is not None:
            return ask(request, session, talk.offer)
        return not_understood(request) if talk.missed else _bare("affirm", request)


class ActionDeny(StoreAction):
    """Answers the intent deny."""

    intent = "deny"

    def reply(self, request: Request, session: Session) -> Reply:
        """Withdraws what was offered; "no, I mean ..." is a question about somebody else, "that is wrong" a veto."""
        if _contradicts(request):
            return contradict(request, session)
        if names_anything(request, session):
            return follow_up(request, session)
        waiting = request.talk.options and request.talk.chosen is None
        if request.talk.missed and not waiting and request.talk.offer is None:
            return not_understood(request)
        answer = talk_answer("deny_options" if waiting else "deny", request.language)
        missed = 0 if waiting or request.talk.offer is not None else 1
        return Reply((answer,), replace(request.talk, options=(), chosen=None, offer=None, missed=missed))


def _contradicts(request: Request) -> bool:
    """Whether "that is wrong" is said of a verdict on a contact that was just given."""
    last = request.talk.question
    judged = last is not None and last.subject is not None and last.subject.kind == "contact"
    return (
        judged
        and last is not None
        and last.kinds[-1] in JUDGED
        and contradicts(request.text)
        and not asks(request.text)
    )
