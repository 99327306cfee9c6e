package chat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.map.IMap;
import java.util.UUID;

/** A logging service that is a Hazelcast member itself: the log lives in the services alone. */
public final class Logger {
    public static void main(String[] args) throws Exception {
        Config config = new Config();
        config.setClusterName("chat");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "10");
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        var join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(Settings.list("LOGGERS"));

        IMap<String, String> log = Hazelcast.newHazelcastInstance(config).getMap("log");
        Web.serve(
                text -> {
                    log.set(UUID.randomUUID().toString(), text);
                    return "";
                },
                nothing -> String.join("\n", log.values()));
    }
}
