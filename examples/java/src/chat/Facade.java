package chat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Gives each message to a logger, and then to Kafka; it answers when both have it. */
public final class Facade {
    private static final int PATIENCE_MS = 8000;

    public static void main(String[] args) throws Exception {
        List<String> loggers = Settings.list("LOGGERS");
        List<String> messages = Settings.list("MESSAGES");
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", Settings.text("KAFKA", "localhost:9092"),
                "acks", "all",
                "request.timeout.ms", 3000,
                "max.block.ms", PATIENCE_MS,
                "delivery.timeout.ms", PATIENCE_MS);
        var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        Web.serve(
                text -> {
                    Web.askOne(loggers, text);
                    producer.send(new ProducerRecord<>("chat", text)).get(PATIENCE_MS, TimeUnit.MILLISECONDS);
                    return "kept";
                },
                nothing -> "# logged\n" + Web.askOne(loggers, null) + "\n# taken\n" + Web.askOne(messages, null));
    }
}
