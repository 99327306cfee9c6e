package chat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Takes messages from Kafka, and commits what it has taken. */
public final class Messages {
    public static void main(String[] args) throws Exception {
        List<String> taken = new CopyOnWriteArrayList<>();
        Web.serve(text -> "nothing is posted here", nothing -> String.join("\n", taken));

        Map<String, Object> settings = Map.of(
                "bootstrap.servers", Settings.text("KAFKA", "localhost:9092"),
                "group.id", "chat",
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                "session.timeout.ms", "10000");
        var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of("chat"));
        System.out.println("consuming");
        while (true) {
            try {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> taken.add(record.value()));
                consumer.commitSync();
            } catch (KafkaException error) {
                // Whoever has the partitions now takes them again.
                System.out.println("not committed: " + error);
            }
        }
    }
}
