"""Messages services with one known bug each."""

from tests.zoo.mutant import Mutant, service

_SECTION_7 = "design 7, messages: "
_SAME_ID = "test_services.py::test_the_same_id_is_stored_once"
_HAZELCAST = "test_services.py::test_ten_messages_are_shared[hazelcast]"
_SHARED = "test_services.py::test_ten_messages_are_shared[kafka]"
_SHARE = "test_services.py::test_a_messages_instance_takes_its_share_with_it"
_LEADER = "test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]"
_LOWEST = "test_hazelcast_queue.py::test_losing_the_lowest_ip_loses_no_message[10-as it is]"
_IN_TURN = "test_kafka_leader.py::test_consumers_that_start_in_turn_share_without_loss"
_STOPS_OR_HANGS = "test_kafka_leader.py::test_a_leader_that_stops_or_hangs_loses_no_message"
_CONTROLLER = "test_kafka_quorum.py::test_losing_the_controller_loses_no_message"
_REPLAY = "test_services.py::test_with_replay_a_messages_instance_gets_its_share_back"
_LOAD = "test_kafka_under_load.py::"
_COORDINATOR_DIES = _LOAD + "test_losing_brokers_in_turn_loses_no_message[coordinator-kill]"
_LEADER_HANGS = _LOAD + "test_losing_brokers_in_turn_loses_no_message[leader-pause]"
_BOTH_HAD_IT = r"Read by messages-\d and by messages-\d, which both had its partition"
_GONE_WITH_IT = r"lost: (Kept by messages-\d, and gone with its memory|Taken by messages-\d and never kept)"
_TEXTS = "test_texts.py::test_hard_and_long_texts_come_back_as_they_were_posted"
_COMMITTED = "test_halfway.py::test_what_a_messages_instance_had_committed_and_not_kept_is_lost"
_CLAIMED = "test_halfway.py::test_what_a_messages_instance_had_claimed_and_not_kept_is_lost"
_STARTED = "test_coming_and_going.py::test_an_instance_that_starts_without_its_servers_waits_for_them[messages-kafka]"
_TAKEN = "test_hazelcast_consumers.py::test_members_that_are_lost_while_messages_are_taken_lose_none"

MUTANTS: tuple[Mutant, ...] = (
    service(
        "messages_from_the_latest_offset",
        "checkers, settings: a group that begins at the latest offset never reads what was there before",
        {
            _LEADER: "lost",
            _STOPS_OR_HANGS + "[stop-10]": "lost",
            _STOPS_OR_HANGS + "[pause-10]": "lost",
            _CONTROLLER + "[controller]": "lost",
            _CONTROLLER + "[controller and leader]": "lost",
        },
        told="lost: Read by nobody: the group began at the end of its partition",
    ),
    service(
        "messages_that_take_their_time",
        "scenarios/test_kafka_leader.py: every acknowledged message soon reaches exactly one consumer",
        {_LEADER: "drained too late", _LOWEST: "drained too late"},
    ),
    service(
        "messages_each_in_its_own_group",
        _SECTION_7 + '"consumes in a group"',
        {
            _LEADER: "duplicated",
            _IN_TURN: "duplicated",
            _SHARED: "duplicated",
            _LEADER_HANGS: "taken again",
        },
        told={
            _LEADER: f"duplicated: {_BOTH_HAD_IT}",
            _IN_TURN: f"duplicated: {_BOTH_HAD_IT}",
            _SHARED: f"duplicated: {_BOTH_HAD_IT}",
            _LEADER_HANGS: f"taken again: {_BOTH_HAD_IT}",
        },
    ),
    service(
        "messages_committing_first",
        _SECTION_7 + '"commits after storing"',
        {
            _LOAD + "test_losing_a_messages_instance_costs_what_it_held_and_no_more": "assertion: lost: ",
            _COORDINATOR_DIES: "lost",
            _COMMITTED: "other settings",
            "test_halfway.py::test_what_a_messages_instance_had_taken_and_not_kept_is_read_again[after storing]": (
                "assertion: lost: "
            ),
        },
        told={_COORDINATOR_DIES: "lost: Committed before it was kept"},
    ),
    service(
        "messages_keeping_one_poll_late",
        'harness/messages/guarantees.py, enable.auto.commit=true: "all that a poll gave is stored before the next one"',
        {
            "test_halfway.py::test_what_a_messages_instance_had_taken_and_not_kept_is_read_again[by the clock]": (
                "assertion: lost: "
            )
        },
        told=_GONE_WITH_IT,
    ),
    service(
        "messages_saying_that_they_commit_first",
        "checkers, settings: a consumer that commits before it stores loses what was in flight",
        {_SHARED: "other settings"},
    ),
    service(
        "messages_never_committing",
        'services/queues/kafka.py: "Polls, stores, then commits"',
        {_SHARE: "not as expected", _COMMITTED: "not as expected"},
    ),
    service(
        "messages_storing_every_copy",
        'services/queues/__init__.py: "each id once"',
        {_SAME_ID: "duplicated"},
        told=r"duplicated: In the queue twice, and held twice by messages-\d",
    ),
    service(
        "messages_in_reverse",
        'services/messages.py: "The messages that this instance holds, in the order read"',
        {
            _SHARED: "out of order",
            _TEXTS + "[hazelcast]": "out of order",
        },
        told={
            _SHARED: r"out of order: Kept by messages-\d in the queue's order, and shown in another one",
            _TEXTS
            + "[hazelcast]": r"out of order: (Kept by messages-\d in the queue's|Out of order in messages-\d, read)",
        },
    ),
    service(
        "messages_trimming_texts",
        _SECTION_7 + '"GET returns what this instance holds"',
        {_TEXTS + "[kafka]": "altered"},
        told=r"altered: Right in logging, as posted in the queue, and wrong in what messages shows",
    ),
    service(
        "messages_with_a_short_memory",
        _SECTION_7 + '"keeps in memory"',
        {"test_services.py::test_losing_config_costs_no_request": "vanished"},
        told=r"vanished: Forgotten by messages-\d: shown",
    ),
    service(
        "messages_that_forget_what_moves",
        _SECTION_7 + '"keeps in memory"',
        {_SHARE: "vanished"},
        told=r"vanished: Forgotten by messages-\d: .* it was given partition \d anew in between",
    ),
    service(
        "messages_that_keep_what_moved",
        'services/queues/kafka.py: "one that was revoked is forgotten"',
        {_REPLAY: "duplicated"},
        told=r"duplicated: Held still by messages-\d, which gave its partition away",
    ),
    service(
        "messages_that_do_not_go_back",
        'services/queues/kafka.py: "an assigned partition is read from its beginning again"',
        {_REPLAY: "lost"},
        told=r"lost: Kept by messages-\d, (and gone with its memory|which forgot it when it gave partition \d away)",
    ),
    service(
        "messages_that_die_of_an_error",
        'services/queues/consuming.py: "opens it again whenever its client fails"',
        {_STARTED: "timeout: waited 30 s for messages-1, messages-2 to be in config"},
    ),
    service(
        "messages_always_healthy",
        'services/app.py: "Answers 200 only while this service can do its job"',
        {_STARTED: "assertion: healthy without kafka"},
    ),
    service(
        "messages_without_replay",
        'services/queues/kafka.py: "an assigned partition is read from its beginning again"',
        {
            _REPLAY: "lost",
            _LOAD + "test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message": "lost",
            "test_halfway.py::test_with_replay_a_messages_instance_between_taking_and_keeping_loses_nothing": "lost",
        },
        told=_GONE_WITH_IT,
    ),
    service(
        "messages_with_replay",
        "scenarios/test_services.py: exactly that share is gone, for its partitions' offsets are committed",
        {_SHARE: "other settings, not as expected"},
    ),
    service(
        "messages_without_claims",
        'services/queues/hazelcast.py: "The claim is what counts"',
        {_HAZELCAST: "duplicated", _CLAIMED: "duplicated"},
        told=r"duplicated: Taken by messages-\d, and again by messages-\d, .* the same entry",
    ),
    service(
        "messages_claiming_ahead",
        'services/queues/hazelcast.py: "Takes one message, if there is one"',
        {_CLAIMED: "assertion: lost: "},
        told=_GONE_WITH_IT,
    ),
    service(
        "messages_that_need_config",
        'services/messages.py: "takes messages off the queue, shared with its other instances"',
        {
            "test_config.py::test_without_config_messages_are_taken_from_a_hazelcast_queue[kill]": (
                "timeout: waited 10 s for each messages instance to take more"
            ),
            "test_config.py::test_without_config_messages_are_taken_from_a_hazelcast_queue[pause]": (
                "timeout: waited 10 s for each messages instance to take more"
            ),
        },
    ),
    service(
        "messages_polling",
        "checkers, settings: Hazelcast queue poll has no acknowledgement, an item whose response is lost is gone",
        {"test_hazelcast_consumers.py::test_what_an_owner_does_when_nobody_waits_any_more_loses_nothing": "lost"},
        told="lost: Acknowledged, taken by nobody, and not in the queue now",
    ),
    service(
        "messages_claiming_for_nobody",
        'services/queues/hazelcast.py: "says whose it is, so it may be asked for again until it is answered"',
        {_HAZELCAST: "lost"},
        told="lost: Acknowledged, taken by nobody, and not in the queue now",
    ),
    service(
        "messages_emptying_the_queue",
        'services/queues/hazelcast.py: "Consumers never leave the queue empty"',
        {"test_hazelcast_consumers.py::test_what_comes_back_to_an_empty_queue_costs_no_message_later": "lost"},
    ),
    service(
        "messages_working_in_transactions",
        "decision 13: what a transaction has reserved is given back to nobody if its coordinator dies",
        {
            "test_hazelcast_consumers.py::test_a_consumer_that_hangs_while_it_takes_loses_nothing": "lost",
            _TAKEN + "[another-kill]": "lost",
            _TAKEN + "[the owner-kill]": "lost",
            _TAKEN + "[the oldest-kill]": "lost",
        },
    ),
)
