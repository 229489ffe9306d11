package dev.hostler.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.console.CliFailure;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fast reader must never read a file otherwise than the full one. */
class PlainTomlTest {
  private static final String[] PIECES = {
    "current",
    "contexts",
    "a",
    "b-1",
    "_",
    ".",
    "=",
    " = ",
    "\"",
    "'",
    "\"x\"",
    "\"x y\"",
    "\"\\n\"",
    "\"é\"",
    "[",
    "]",
    "[contexts.a]",
    "[contexts.b-1]",
    "[contexts.a.b]",
    "[x]",
    "\n",
    "\n\n",
    " ",
    "#",
    "# c",
    "\t",
    "address = \"h:1\"",
    "ca = \"/c\"",
    "1",
    "true",
    "{",
    "}",
    "\"\"\"",
    "\r",
    "\u0001"
  };

  @Test
  void agreesWithTheFullReaderOrLeavesTheFileToIt() {
    long seed = System.getProperties().hashCode() * 31L + hashCode();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int plain = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      Map<String, String> fast = PlainToml.parse(text.toString());
      if (fast != null) {
        plain++;
        Map<String, String> full;
        try {
          full = FullToml.parse(Path.of("t"), text.toString());
        } catch (CliFailure e) {
          throw new AssertionError("seed " + seed + ", only the fast one reads:\n" + text, e);
        }
        assertThat(fast).as("seed %s:\n%s", seed, text).isEqualTo(full);
      }
    }
    assertThat(plain).isGreaterThan(100);
  }

  @Test
  void readsWhatIsWritten(@TempDir Path folder) {
    ConfigFile file = new ConfigFile(folder.resolve("deep/config.toml"));
    Config config =
        Config.EMPTY
            .with(new Context("a", "h:1", Path.of("/a b"), Path.of("/c"), Path.of("/d")))
            .with(
                new Context("x.y", "h:2", Path.of("/\"q\"\\"), Path.of("/\u0001é"), Path.of("/d")));
    file.write(config);

    assertThat(file.read()).isEqualTo(config);
    file.write(config.without("x.y"));
    assertThat(file.read().contexts()).containsOnlyKeys("a");
    assertThat(file.read().current()).isEmpty();
  }
}
