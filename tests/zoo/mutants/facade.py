"""Facades with one known bug each."""

from tests.zoo.mutant import Mutant, service

_SECTION_7 = "design 7, facade: "
_ONE_REPLICA = (
    "test_kafka_settings.py::test_with_one_replica_a_partition_is_away_with_its_broker_and_comes_back_with_it"
)
_ON_HAZELCAST = "test_services.py::test_ten_messages_are_shared[hazelcast]"
_DISCONNECTED = "test_facade_connections.py::test_a_facade_that_loses_all_connections_loses_no_message"
_DENIED = "test_kafka_quorum.py::test_what_is_surely_not_on_the_queue_never_comes_out_of_it"

MUTANTS: tuple[Mutant, ...] = (
    service(
        "facade_cutting_texts",
        'services/facade.py: "It acknowledges a POST once logging and the queue hold it" (it, and not a part of it)',
        {"test_texts.py::test_hard_and_long_texts_come_back_as_they_were_posted[kafka]": "truncated"},
        told="truncated: Wrong in logging and in messages alike, in the queue too",
    ),
    service(
        "facade_with_somebody_elses_text",
        'services/facade.py: "It acknowledges a POST once logging and the queue hold it" (it, and not another)',
        {"test_texts.py::test_hard_and_long_texts_come_back_as_they_were_posted[kafka]": "swapped"},
        told="swapped: Wrong in logging and in messages alike, in the queue too",
    ),
    service(
        "facade_without_a_limit",
        'services/facade.py: "A text that is too long for the queue is refused before anybody has it"',
        {
            "test_texts.py::test_a_text_that_is_too_long_is_refused_and_nobody_has_it[kafka]": (
                "assertion: the text that is too long was taken"
            )
        },
    ),
    service(
        "facade_refusing_late",
        'services/facade.py: "A text that is too long for the queue is refused before anybody has it"',
        {"test_texts.py::test_a_text_that_is_too_long_is_refused_and_nobody_has_it[kafka]": "invented"},
    ),
    service(
        "facade_ignoring_the_key",
        _SECTION_7 + '"makes an id (or takes the client\'s Idempotency-Key)"',
        {
            "test_services.py::test_the_same_id_is_stored_once": "lost",
            "test_hazelcast_queue.py::test_losing_the_lowest_ip_loses_no_message[10-as it is]": "lost",
            "test_kafka_under_load.py::test_losing_brokers_in_turn_loses_no_message[controller-kill]": "lost",
            "test_hazelcast_consumers.py::test_members_that_no_service_reaches_lose_no_message[the owner]": "lost",
            "test_kafka_under_load.py::test_brokers_that_no_service_reaches_lose_no_message[controller]": "lost",
            "test_kafka_under_load.py::test_brokers_that_the_others_have_given_up_lose_no_message[controller]": "lost",
            "test_random_plans.py::test_over_kafka_no_message_is_lost_whatever_befalls_the_system[seed 1]": "lost",
            "test_random_plans.py::test_over_hazelcast_no_message_is_lost_whatever_befalls_the_system[seed 1]": "lost",
        },
        told="lost: Acknowledged by the facade, which passed on nothing under this id",
    ),
    service(
        "facade_that_gives_up_for_long",
        'harness/bounds.py: "How long nothing may succeed, whichever node is lost"',
        {
            "test_kafka_under_load.py::test_losing_brokers_in_turn_loses_no_message[leader-kill]": (
                "unavailable too long"
            ),
        },
    ),
    service(
        "facade_merging_the_messages",
        _SECTION_7 + '"GET /messages asks a random live logging and a random live messages instance"',
        {
            "test_services.py::test_ten_messages_are_shared[kafka]": "wrong aggregation",
            "test_kafka_leader.py::test_losing_the_leader_loses_no_message[100]": "wrong aggregation",
        },
    ),
    service(
        "facade_naming_another_source",
        _SECTION_7 + '"returns both sets and who answered"',
        {"test_services.py::test_ten_messages_are_shared[kafka]": "wrong aggregation"},
    ),
    service(
        "facade_naming_another_logger",
        'services/posting.py: "gives who logged it and where it is queued"',
        {
            "test_services.py::test_ten_messages_are_shared[kafka]": (
                "assertion: other logging instances took them than the facade says"
            ),
        },
    ),
    service(
        "facade_naming_no_source",
        _SECTION_7 + '"returns both sets and who answered"',
        {"test_services.py::test_ten_messages_are_shared[kafka]": "unnamed"},
    ),
    service(
        "facade_sorting_its_answers",
        'services/messages.py: "The messages that this instance holds, in the order read"',
        {
            f"test_texts.py::test_hard_and_long_texts_come_back_as_they_were_posted[{kind}]": "out of order"
            for kind in ("kafka", "hazelcast")
        },
        told="out of order: (Kept in the queue's order, r|R)ight when messages is read directly, and out of order in",
    ),
    service(
        "facade_showing_twice",
        'services/reading.py: "The answer of a logging and of a messages instance"',
        {"test_services.py::test_ten_messages_are_shared[kafka]": "doubled"},
        told=r"doubled: Twice in a GET answered by .*, and not twice in the last direct read",
    ),
    service(
        "facade_that_asks_no_messages",
        'services/facade.py: "`from` is null if no messages one answers"',
        {"test_services.py::test_ten_messages_are_shared[kafka]": "unheard|unanswered"},
    ),
    service(
        "facade_that_asks_one_and_gives_up",
        'services/reading.py: "one random messages instance, failing over to the next"',
        {
            "test_kafka_under_load.py::test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message": (
                "unanswered"
            )
        },
    ),
    service(
        "facade_with_poor_answers",
        'services/reading.py: "`from` is null if none answered"',
        {
            "test_kafka_under_load.py::test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message": (
                "dead source"
            )
        },
    ),
    service(
        "facade_with_a_stale_get",
        'services/facade.py: "a GET shows both"',
        {
            "test_services.py::test_losing_config_costs_no_request": "incomplete logging part",
            "test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-2]": "incomplete logging part",
            "test_hazelcast_detector.py::test_a_member_that_hangs_for_about_the_limit[0.8-kafka]": (
                "incomplete logging part"
            ),
            "test_hazelcast_detector.py::test_a_member_that_is_cut_off_answers_nothing": "incomplete logging part",
        },
        told="incomplete logging part: In no GET, and there when logging is read directly",
    ),
    service(
        "facade_with_favourites",
        _SECTION_7 + '"asks a random live logging and a random live messages instance"',
        {"test_services.py::test_ten_messages_are_shared[kafka]": "unheard|unanswered"},
    ),
    service(
        "facade_that_keeps_to_one",
        'services/failover.py: "so that it tries every one of them before the deadline"',
        {
            "test_logging_instances.py::test_without_logging_instances_each_is_tried_before_a_post_is_refused": (
                "assertion: not each instance was tried"
            )
        },
    ),
    service(
        "facade_without_failover",
        _SECTION_7 + '"moves on to the next on failure"',
        {"test_logging_instances.py::test_losing_logging_instances_costs_no_request[2]": "not answered"},
    ),
    service(
        "facade_that_never_gives_up",
        _SECTION_7 + '"with bounded retries"',
        {
            "test_logging_instances.py::test_without_logging_instances_each_is_tried_before_a_post_is_refused": (
                "assertion: tried too often"
            )
        },
    ),
    service(
        "facade_that_tries_once",
        'services/posting.py: "How often each logging instance is tried, and the pause before all are tried again"',
        {
            "test_logging_instances.py::test_the_last_instance_that_goes_on_in_time_costs_no_post": (
                "assertion: 8 of 8 posts were refused"
            )
        },
    ),
    service(
        "facade_that_waits_for_each",
        'services/failover.py: "its fair share of what is left"',
        {
            "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[logging-1]": "not answered",
            "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[messages-1]": "unanswered",
        },
    ),
    service(
        "facade_that_needs_config",
        'services/directory.py: "If config does not answer, the last ones known"',
        {
            "test_services.py::test_losing_config_costs_no_request": "not answered",
            "test_config.py::test_config_that_hangs_while_instances_come_and_go_costs_no_request": "not answered",
        },
    ),
    service(
        "facade_that_trusts_a_silent_config",
        'services/directory.py: "or knows of none (it may have restarted empty), the last ones known"',
        {
            "test_services.py::test_losing_config_costs_no_request": ("not answered|went wrong: from the "),
        },
    ),
    service(
        "facade_that_asks_config_once",
        'services/directory.py: "For how long an answer of config is used again"',
        {
            "test_config.py::test_instances_that_the_facade_has_never_met_take_over": (
                "assertion: 10 of 10 posts were refused"
            )
        },
    ),
    service(
        "facade_that_queues_later",
        _SECTION_7 + '"2xx only when both hold it" (the queue)',
        {
            "test_services.py::test_losing_the_facade_costs_requests_but_no_message": "lost",
            "test_halfway.py::test_a_facade_between_logging_and_queue_loses_nothing_that_it_acknowledged[kafka]": (
                "lost"
            ),
        },
        told="lost: Never queued: the facade had it logged, and died",
    ),
    service(
        "facade_that_logs_later",
        _SECTION_7 + '"2xx only when both hold it" (logging)',
        {"test_services.py::test_losing_config_costs_no_request": "incomplete logging part"},
        told="incomplete logging part: Acknowledged before it was put into the map",
    ),
    service(
        "facade_that_acknowledges_failures",
        _SECTION_7 + '"otherwise 503 with the id"',
        {
            "test_kafka_quorum.py::test_without_two_of_three_brokers_nothing_is_acknowledged": (
                r"assertion: \d+ posts were acknowledged with one broker"
            ),
            _ONE_REPLICA: "lost",
        },
    ),
    service(
        "facade_that_is_always_sure",
        'services/facade.py: "`unknown` if it may have got through"',
        {
            "test_logging_instances.py::test_what_may_have_happened_is_not_said_to_have_failed": "invented",
            "test_hazelcast_consumers.py::test_an_owner_that_the_facade_does_not_hear_loses_no_message": (
                "wrongly denied"
            ),
        },
    ),
    service(
        "facade_that_is_sure_of_the_queue",
        'services/facade.py: "at stage "queue" logging has it, and the queue has not"',
        {
            "test_kafka_quorum.py::test_what_may_be_on_the_queue_is_not_said_to_be_off_it": "wrongly denied",
            "test_kafka_under_load.py::test_leaders_that_the_facade_does_not_hear_lose_no_message": "wrongly denied",
        },
        told="wrongly denied: Sent to the queue, and then denied by the facade",
    ),
    service(
        "facade_refusing_another_id",
        _SECTION_7 + '"otherwise 503 with the id"',
        {_DENIED: "assertion: a refusal names another message"},
    ),
    service(
        "facade_that_goes_on_trying",
        'services/facade.py: "and will not get it from this request"',
        {_DENIED: "wrongly denied"},
        told="wrongly denied: Sent to the queue after the facade had denied it",
    ),
    service(
        "facade_that_forgets_what_it_acknowledged",
        'services/facade.py: "An id that was acknowledged gets the same answer again, without a second entry"',
        {
            "test_services.py::test_an_id_that_was_acknowledged_is_not_queued_again": (
                "assertion: not each is in the queue once"
            ),
        },
    ),
    service(
        "facade_without_turns",
        'services/once.py: "unless it is acknowledged already or under way, which is waited for"',
        {"test_services.py::test_an_id_that_is_posted_again_while_it_is_under_way_is_queued_once": "duplicated"},
        told="duplicated: In the queue twice: ",
    ),
    service(
        "facade_that_goes_by_the_id",
        'services/facade.py: "409 if the id is another message\'s"',
        {
            "test_texts.py::test_the_same_id_with_another_text_is_refused_and_nobody_has_it[kafka]": (
                "assertion: not each was refused"
            ),
        },
    ),
    service(
        "facade_putting_twice",
        'services/queues/hazelcast.py: "a message that was offered once is held by exactly one consumer", as "an offer '
        'that Hazelcast carries out twice (...) is one entry to the consumers": one name, not one a try',
        {
            _ON_HAZELCAST: "duplicated",
            "test_services.py::test_an_id_that_was_acknowledged_is_not_queued_again": (
                "assertion: not each is in the queue once"
            ),
            f"{_DISCONNECTED}[kafka]": "out of order|duplicated",
        },
        told={_ON_HAZELCAST: "duplicated: In the queue twice, although it was posted once"},
    ),
    service(
        "facade_without_a_key",
        'services/queues/kafka.py: "its key takes it to the same partition"',
        {"test_services.py::test_the_same_id_is_stored_once": "duplicated"},
        told="duplicated: In the queue twice: posted 3 times",
    ),
    service(
        "facade_with_acks_1",
        "checkers, settings: acks=1 permits the loss of acknowledged records when the leader dies",
        {
            "test_kafka_quorum.py::test_without_two_of_three_brokers_nothing_is_acknowledged": (
                r"assertion: \d+ posts were acknowledged with one broker"
            ),
            "test_kafka_under_load.py::test_brokers_that_the_others_have_given_up_lose_no_message[leader]": "lost",
            "test_kafka_settings.py::test_where_one_in_sync_is_enough_a_leader_that_is_given_up_loses_nothing": "lost",
        },
    ),
    service(
        "facade_that_leaves_some_out",
        'docs/guarantees.md: "a loss in a partition whose leader was not hit is `lost elsewhere`"',
        {
            "test_kafka_settings.py::test_an_unclean_election_loses_what_the_leader_alone_had": "lost elsewhere",
            "test_kafka_settings.py::test_a_leader_that_the_others_have_given_up_acknowledges_what_it_will_lose": (
                "lost elsewhere"
            ),
        },
    ),
    service(
        "facade_with_acks_0",
        "checkers, settings: acks=0 permits the loss of acknowledged records",
        {
            "test_kafka_quorum.py::test_without_two_of_three_brokers_nothing_is_acknowledged": (
                r"assertion: \d+ posts were acknowledged with one broker"
            )
        },
    ),
    service(
        "facade_without_idempotence",
        'services/queues/kafka.py: "an idempotent producer"',
        {
            "test_kafka_quorum.py::test_losing_the_controller_loses_no_message[controller and leader]": (
                "out of order|other settings"
            )
        },
    ),
    service(
        "facade_with_a_careless_client",
        'services/hazelcast_client.py: "an offer that is sent again could be there twice"',
        {_ON_HAZELCAST: "other settings", f"{_DISCONNECTED}[hazelcast]": "other settings"},
    ),
    service(
        "facade_that_stays_with_a_minority",
        'services/hazelcast_client.py: "Whether the client knows more than half of the configured members"',
        {
            "test_hazelcast_consumers.py::test_members_that_the_others_have_given_up_lose_no_message[the owner]": (
                r"went wrong: from the peer-partition of \S+ on, "
            )
        },
    ),
)
