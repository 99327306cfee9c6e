"""What a scenario may need of services beside faults: the marker `needs` names it, such as `needs(CONFIG)`.

Our own services have all of it. A scenario that names none of these runs on whatever somebody's own file describes.
"""

from harness.declared import Need

CONFIG = Need("a config service that tells who is live, as ours does")
HEALTH = Need("services that say why they can't do their job now, as ours do")
LOGS = Need("services that log each step of their work, as ours do")
IDS = Need("posts that can be repeated under the client's own id ([post] headers with ${id})")
IN_MEMORY = Need(
    "messages instances that are known to keep what they take in memory alone ([settings] "
    '"messages.from_beginning" = "false")'
)
HARD_TEXTS = Need('texts of any kind that come back as they were sent ([promises] text = "any")')
PLACES = Need("acknowledgements that name the partition of the message ([post.answer] partition)")
GROUP = Need("a group of Kafka consumers whose name is known ([queue] group)")
TAKERS = Need("acknowledgements that name the logging instance ([post.answer] logged_by)")
MESSAGES = Need("messages instances that show what they have")
MESSAGES_READ = Need("messages instances that can be asked directly ([read.messages])")
LOGGING_READ = Need("logging instances that can be asked directly ([read.logging])")
