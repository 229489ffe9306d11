package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The path validation against C2SP/x509-limbo. Where we disagree with it is listed and argued in
 * docs/security-tests.md, which this test reads: another disagreement fails, and so does a row that
 * no longer is one.
 */
class LimboTest {
  private static final Path DOCUMENT = Path.of("../docs/security-tests.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z0-9-]+(?:::[a-z0-9-]+)+)` \\| (accepted|refused) \\|.+");

  @Test
  void disagreesOnlyWhereTheDocumentationSaysSo() throws Exception {
    String folder = System.getenv("HOSTLER_VECTORS");
    assumeTrue(
        folder != null && !folder.isEmpty(),
        "skipped: HOSTLER_VECTORS does not name the folder that holds x509-limbo-subset.json");
    Map<String, String> found = new TreeMap<>();
    int cases = 0;
    for (LimboCase one : LimboCase.all(Path.of(folder, "x509-limbo-subset.json"))) {
      cases++;
      String refusal = one.refusal();
      if (refusal.isEmpty() != one.valid()) {
        found.put(one.id(), refusal.isEmpty() ? "accepted" : "refused");
        System.out.println(one.id() + " | " + (refusal.isEmpty() ? "accepted" : refusal));
      }
    }
    assertThat(cases).isEqualTo(137);
    assertThat(found).isEqualTo(documented());
  }

  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), row.group(2));
      }
    }
    return rows;
  }
}
