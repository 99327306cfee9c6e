package chat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;

/** Requests and answers, all of them plain text. */
final class Web {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

    interface Action {
        String answer(String body) throws Exception;
    }

    /** A server that answers a POST and a GET of "/". */
    static void serve(Action post, Action get) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(Settings.PORT), 0);
        server.createContext("/health", exchange -> reply(exchange, 200, "well"));
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), "UTF-8");
            try {
                boolean posted = exchange.getRequestMethod().equals("POST");
                reply(exchange, posted ? 201 : 200, (posted ? post : get).answer(body));
            } catch (Exception error) {
                reply(exchange, 503, "failed: " + error);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println("serving");
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes("UTF-8");
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** The answer of the first instance that gives one, in an order of chance; a body makes it a POST. */
    static String askOne(List<String> instances, String body) throws IOException, InterruptedException {
        List<String> order = new ArrayList<>(instances);
        Collections.shuffle(order);
        String last = "nobody";
        for (String instance : order) {
            var request = HttpRequest.newBuilder(URI.create("http://" + instance + "/")).timeout(PATIENCE);
            if (body != null) {
                request.POST(HttpRequest.BodyPublishers.ofString(body));
            }
            try {
                HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() < 300) {
                    return answer.body();
                }
                last = instance + " " + answer.body();
            } catch (IOException error) {
                last = instance + " " + error;
            }
        }
        throw new IOException("no instance answers: " + last);
    }

    private Web() {}
}
