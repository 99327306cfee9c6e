"""The fault-tolerance harness: does our Hazelcast/Kafka system really survive that?"""
