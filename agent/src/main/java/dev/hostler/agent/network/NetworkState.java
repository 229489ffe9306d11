package dev.hostler.agent.network;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.denial.Denial;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an agent that is started again has to know of an attempt's network. A file of its own,
 * replaced as a whole; what happened in the last second before a crash may be missing in it.
 *
 * @param peers as declared
 * @param connections at once at most
 * @param killed does the first denial end the attempt?
 * @param pinned addresses of names
 * @param use counted so far
 * @param denials so far
 */
record NetworkState(
    List<String> peers,
    int connections,
    boolean killed,
    Map<String, List<InetAddress>> pinned,
    NetworkUse use,
    List<Denial> denials) {

  void write(Path file) throws IOException {
    ObjectNode root = Json.MAPPER.createObjectNode();
    ArrayNode declared = root.putArray("peers");
    peers.forEach(declared::add);
    root.put("connections", connections);
    root.put("kill", killed);
    ObjectNode names = root.putObject("pinned");
    pinned.forEach((name, addresses) -> {
      ArrayNode all = names.putArray(name);
      addresses.forEach(address -> all.add(address.getHostAddress()));
    });
    root.putArray("use")
        .add(use.connections())
        .add(use.refused())
        .add(use.mostAtOnce())
        .add(use.sentBytes())
        .add(use.receivedBytes());
    ArrayNode lines = root.putArray("used");
    use.peers()
        .forEach(one ->
            lines
                .addArray()
                .add(one.peer())
                .add(one.connections())
                .add(one.sentBytes())
                .add(one.receivedBytes()));
    ArrayNode denied = root.putArray("denied");
    denials.forEach(one ->
        denied
            .addArray()
            .add(one.slot())
            .add(one.call())
            .add(one.detail())
            .add(one.count())
            .add(one.firstAt().toString())
            .add(one.lastAt().toString())
            .add(one.routine()));
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(draft, root.toString());
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads one.
   *
   * @throws IOException if it is not there, or is not one
   */
  static NetworkState read(Path file) throws IOException {
    try {
      JsonNode root = Json.parse(Files.readAllBytes(file));
      Map<String, List<InetAddress>> pinned = new TreeMap<>();
      for (Map.Entry<String, JsonNode> one : root.required("pinned").properties()) {
        List<InetAddress> addresses = new ArrayList<>();
        one.getValue().forEach(text -> addresses.add(InetAddress.ofLiteral(text.asString())));
        pinned.put(one.getKey(), addresses);
      }
      List<String> peers = new ArrayList<>();
      root.required("peers").forEach(one -> peers.add(one.asString()));
      List<NetworkUse.OfPeer> used = new ArrayList<>();
      root.required("used")
          .forEach(one ->
              used.add(
                  new NetworkUse.OfPeer(
                      one.get(0).asString(),
                      one.get(1).asLong(),
                      one.get(2).asLong(),
                      one.get(3).asLong())));
      JsonNode use = root.required("use");
      List<Denial> denials = new ArrayList<>();
      root.required("denied").forEach(one -> denials.add(denial(one)));
      return new NetworkState(
          peers,
          root.required("connections").asInt(),
          root.required("kill").asBoolean(),
          pinned,
          new NetworkUse(
              use.get(0).asLong(),
              use.get(1).asLong(),
              use.get(2).asLong(),
              use.get(3).asLong(),
              use.get(4).asLong(),
              used),
          denials);
    } catch (IllegalArgumentException | tools.jackson.core.JacksonException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Denial denial(JsonNode one) {
    return new Denial(
        one.get(0).asInt(),
        one.get(1).asString(),
        one.get(2).asString(),
        one.get(3).asLong(),
        Instant.parse(one.get(4).asString()),
        Instant.parse(one.get(5).asString()),
        0,
        one.get(6).asBoolean());
  }
}
