"""What people write never comes into the log, not in the warnings of libraries either."""

import warnings

from bot.assistant.compat import install, quiet_library_warnings

install()

from rasa.shared.core.domain import Domain  # noqa: E402 - Rasa needs the compatibility layer first
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader  # noqa: E402 - Rasa needs the compatibility layer first
from rasa.shared.nlu.constants import TEXT  # noqa: E402 - Rasa needs the compatibility layer first
from rasa.shared.nlu.training_data.message import Message  # noqa: E402 - Rasa needs the compatibility layer first


def test_a_payload_that_cannot_be_read_is_not_quoted() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.resetwarnings()
        quiet_library_warnings()
        for text in ("/nobody_knows Emily Clarke", '/greet{"contact": Emily Clarke}', "/greet Emily Clarke"):
            message = Message({TEXT: text})
            YAMLStoryReader.unpack_regex_message(message, domain=Domain.from_dict({"intents": ["greet"]}))
    assert [str(one.message) for one in warned if "Clarke" in str(one.message)] == []
