package dev.hostler.agent.denial;

import dev.hostler.agent.sandbox.seccomp.SyscallTable;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads what hostler-launch recorded of a run (launcher/src/learn.c), as JSON for operators. */
public final class LearnedFile {
  private static final Logger log = LoggerFactory.getLogger(LearnedFile.class);
  private static final int MOST_BYTES = 1 << 20;

  /** What the JSON has, in that order, by the words of the file. */
  private static final Map<String, String> LISTS =
      Map.of(
          "make", "made",
          "write", "written",
          "peer", "peers",
          "listen", "listens",
          "cap", "capabilities",
          "more", "more");

  private LearnedFile() {}

  /**
   * What was recorded.
   *
   * @param file missing: nothing was
   * @param calls the machine's calls
   * @return canonical JSON; empty if nothing was recorded, or it cannot be read
   */
  public static String read(Path file, SyscallTable calls) {
    String text;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException _) {
      return "";
    } catch (IOException e) {
      log.warn("{}: what was learned cannot be read: {}", file, e.toString());
      return "";
    }
    ObjectNode root = Json.MAPPER.createObjectNode();
    ObjectNode counts = root.putObject("calls");
    for (String key : new TreeSet<>(LISTS.values())) {
      root.putArray(key);
    }
    for (String line : text.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words.length == 3 && words[0].equals("call")) {
        int number = Integer.parseInt(words[1]);
        counts.put(
            calls.names().getOrDefault(number, "syscall " + number), Long.parseLong(words[2]));
      } else if (words.length == 2 && LISTS.containsKey(words[0])) {
        ((ArrayNode) root.get(LISTS.get(words[0]))).add(words[1]);
      }
    }
    return Json.canonicalText(root);
  }
}
