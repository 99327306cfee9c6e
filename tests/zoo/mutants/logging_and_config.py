"""Logging and config services with one known bug each."""

from dataclasses import replace

from tests.zoo.mutant import Mutant, service

_SECTION_7 = "design 7, "
#: Nothing is broken in it: it takes 4 s.
_SHARED = "test_services.py::test_ten_messages_are_shared[kafka]"
_ON_HAZELCAST = "test_services.py::test_ten_messages_are_shared[hazelcast]"
_CONFIG_DIES = "test_services.py::test_losing_config_costs_no_request"
_ONE_CLOSED = "test_logging_instances.py::test_what_one_instance_logged_the_others_still_read"
_OTHER_TEXT = "test_texts.py::test_the_same_id_with_another_text_is_refused_and_nobody_has_it"
_AT_ONCE = "test_texts.py::test_of_two_texts_at_once_under_one_id_one_is_taken_and_the_other_refused"
_STOPPED = "test_coming_and_going.py::test_an_instance_that_is_stopped_says_so_and_ends[logging-1]"
_NOT_IN_CONFIG = r"assertion: config has other instances .*Differing items: .*'logging'"
_PUT = "incomplete logging part: Acknowledged as put into the map, and shown by nobody"
_NO_BACKUP = "test_hazelcast_member.py::test_what_no_backup_has_is_not_acknowledged"

MUTANTS: tuple[Mutant, ...] = (
    service(
        "config_that_leaves_one_out",
        _SECTION_7 + 'config: "GET lists the live ones by role"',
        {_SHARED: "unheard"},
    ),
    service(
        "config_without_expiry",
        'services/config.py: "An entry that is not renewed within its lease is gone"',
        {
            "test_logging_instances.py::test_losing_logging_instances_costs_no_request[2]": (
                "timeout: .*config to have forgotten the dead"
            )
        },
    ),
    service(
        "config_that_resurrects",
        'services/config.py: "a renewal that arrives after its incarnation was taken out does not bring it back"',
        {
            "test_config.py::test_a_renewal_that_comes_late_brings_no_instance_back": (
                "assertion: who has ended is back in config"
            ),
        },
    ),
    service(
        "config_that_removes_the_next",
        'services/config.py: "a removal that is late leaves the next one alone"',
        {
            "test_config.py::test_a_removal_that_comes_late_leaves_the_next_start_of_an_instance_in": (
                "assertion: who has started is not in config"
            )
        },
    ),
    service(
        "logging_2_unregistered",
        _SECTION_7 + 'config: "Services register themselves with a lease"',
        {_SHARED: _NOT_IN_CONFIG, _ON_HAZELCAST: _NOT_IN_CONFIG},
    ),
    service(
        "logging_that_registers_once",
        'services/config.py: "one that restarts empty is filled again by the renewals"',
        {_CONFIG_DIES: "timeout: .*config to be filled again"},
    ),
    service(
        "logging_in_ascii",
        'services/logging.py: "gives the text that the map holds"',
        {"test_texts.py::test_hard_and_long_texts_come_back_as_they_were_posted[kafka]": "altered"},
        told="altered: Right in messages, altered already in the map, between the facade and the map",
    ),
    service(
        "logging_that_overwrites",
        'services/logging.py: "An id is written once"',
        {
            _OTHER_TEXT + "[kafka]": "assertion: not each was refused",
            _OTHER_TEXT + "[hazelcast]": "assertion: not each was refused",
            _AT_ONCE + "[hazelcast]": "assertion: not one of both was refused",
        },
    ),
    # Of a facade that has them take turns no two texts of one id come to logging at once.
    replace(
        service(
            "logging_that_looks_first",
            'services/logging.py: "An id is written once"',
            {_AT_ONCE + "[kafka]": "assertion: not one of both was refused"},
        ),
        services={"logging": "logging_that_looks_first", "facade": "facade_without_turns"},
    ),
    service(
        "logging_that_refuses_duplicates",
        _SECTION_7 + 'logging: "the same id again is duplicate, ok"',
        {
            "test_services.py::test_the_same_id_is_stored_once": "assertion: not each was acknowledged again",
            "test_logging_instances.py::test_an_instance_whose_answers_are_lost_costs_no_request": "not answered",
        },
    ),
    service(
        "logging_with_a_map_of_its_own",
        'services/logging.py: "a Hazelcast map that all its instances share"',
        {_ONE_CLOSED: "assertion: an instance does not read them all", _SHARED: "incomplete logging part"},
        told={_SHARED: "incomplete logging part: Shown( by some logging instances|, and later no more)"},
    ),
    service(
        "logging_that_loses_some",
        'services/logging.py: "The answer to a message that the map holds"',
        {_CONFIG_DIES: "incomplete logging part"},
        told="incomplete logging part: Never put into the map, as far as the logs say",
    ),
    service(
        "logging_that_answers_first",
        'services/logging.py: "The answer to a message that the map holds"',
        {
            "test_halfway.py::test_a_logging_instance_between_putting_and_answering_loses_nothing[kafka]": (
                "incomplete logging part"
            )
        },
        told=r"incomplete logging part: (Late, and shown by nobody before|Logging-\d says that it put it, and died)",
    ),
    service(
        "logging_that_does_not_wait",
        'services/logging.py: "The answer to a message that the map holds"',
        {_NO_BACKUP: "incomplete logging part"},
        told=_PUT,
    ),
    service(
        "logging_without_the_second_write",
        'services/logging.py: "A text that is there already is written once more"',
        {_NO_BACKUP: "incomplete logging part"},
        told=_PUT,
    ),
    service(
        "logging_that_does_not_count",
        'services/logging.py: "its entries are at least as many as it had before they were asked for"',
        {_CONFIG_DIES: "incomplete logging part"},
        # Which of the two depends on whether another answer comes after the poor one.
        told=r"incomplete logging part: (Stale: |Shown, and later no more: .*; the map has it now)",
    ),
    service(
        "logging_that_has_received_nothing",
        'services/logging.py: "The ids that this instance itself has logged, in order"',
        {_SHARED: r"assertion: other logging instances took them .* assert set\(\)"},
    ),
    service(
        "logging_that_registers_at_once",
        'services/registry.py: "registered once it is fit for work"',
        {
            "test_coming_and_going.py::test_an_instance_that_starts_without_its_servers_waits_for_them"
            "[logging-hazelcast]": "assertion: healthy without hazelcast"
        },
    ),
    service(
        "logging_that_does_not_deregister",
        'services/registry.py: "taken out when it stops"',
        {_STOPPED: "assertion: logging-1 has ended(, and is still in| without a word to) config"},
    ),
    service(
        "logging_that_ends_late",
        'services/app.py: "an end within two seconds of SIGTERM"',
        {_STOPPED: r"assertion: logging-1 took \d\.\d s to end"},
    ),
)
