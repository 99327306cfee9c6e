package chat;

import java.util.List;

/** What the environment says. */
final class Settings {
    static final int PORT = 8080;

    static String text(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    static List<String> list(String name) {
        return List.of(text(name, "").split(","));
    }

    private Settings() {}
}
