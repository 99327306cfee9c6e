// Sends one transaction after the other until its input ends, and tells of each, a line of JSON each.
//
// Arguments: the brokers' addresses, the topic, the name of its transactions, how many records each has, and how many
// milliseconds are between two of them.
import java.time.Duration
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicBoolean

import org.apache.kafka.clients.producer.KafkaProducer
import org.apache.kafka.clients.producer.ProducerRecord
import org.apache.kafka.common.KafkaException
import org.apache.kafka.common.serialization.StringSerializer

final long LONGEST_END_MS = 20_000
def (brokers, topic, name, count, pauseMs) = [args[0], args[1], args[2], args[3] as int, args[4] as long]
def settings = ["bootstrap.servers": brokers, "transactional.id": name, "request.timeout.ms": "10000"]
def over = new AtomicBoolean()
long value = 0

Thread.startDaemon {
    System.in.read()
    over.set(true)
    // Whatever it waits for: whoever began it may be gone.
    sleep LONGEST_END_MS
    Runtime.runtime.halt(1)
}

def say = { String line ->
    println line
    System.out.flush()
}

def transact = { producer ->
    def sent = [:]
    def asked = false
    try {
        producer.beginTransaction()
        count.times {
            value++
            say """{"send": $value}"""
            sent[value] = producer.send(new ProducerRecord(topic, 0, null, value as String))
            sleep pauseMs
        }
        def offsets = sent.collect { each, future -> [each, future.get().offset()] }
        asked = true
        producer.commitTransaction()
        say """{"committed": $offsets}"""
    } catch (KafkaException | ExecutionException error) {
        say """{"${asked ? "doubtful" : "failed"}": ${sent.keySet() as List}, "error": "${error.class.simpleName}"}"""
        throw error
    }
}

while (!over.get()) {
    def producer = new KafkaProducer(settings, new StringSerializer(), new StringSerializer())
    try {
        producer.initTransactions()
        while (!over.get()) {
            transact(producer)
        }
    } catch (KafkaException | ExecutionException error) {
        System.err.println error
    } finally {
        producer.close(Duration.ZERO)
    }
}
