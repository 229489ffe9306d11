package dev.hostler.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinePrefixerTest {

  private static String prefixed(byte[] bytes, Random random) {
    LinePrefixer prefixer = new LinePrefixer("h");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(40_000)));
      out.writeBytes(prefixer.accept(bytes, at, length));
      at += length;
    }
    out.writeBytes(prefixer.end());
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void theCutsOfTheStreamDoNotShow() {
    long seed = System.identityHashCode(new Object()) * 104729L;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(100_000)];
      random.nextBytes(bytes);
      int lines = random.nextInt(50);
      for (int i = 0; i < lines && bytes.length > 0; i++) {
        bytes[random.nextInt(bytes.length)] = '\n';
      }
      String whole =
          prefixed(
              bytes,
              new Random(0) {
                @Override
                public int nextInt(int bound) {
                  return bound - 1;
                }
              });
      assertThat(prefixed(bytes, random)).as("seed %s round %s", seed, round).isEqualTo(whole);

      String joined = whole.replaceAll("(?s)\n(h [+] )", "").replaceAll("(?m)^h [|] ", "");
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      if (!text.contains("h | ") && !text.contains("\nh + ")) {
        assertThat(joined)
            .as("seed %s round %s", seed, round)
            .isEqualTo(text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
      }
    }
  }

  @Test
  void longLinesAreBrokenAndMarked() {
    byte[] bytes = ("x".repeat(LinePrefixer.LONGEST) + "\ny\n").getBytes(StandardCharsets.US_ASCII);
    assertThat(prefixed(bytes, new Random(1)))
        .isEqualTo("h | " + "x".repeat(LinePrefixer.LONGEST) + "\nh | y\n");
    bytes = ("x".repeat(LinePrefixer.LONGEST + 1) + "\n\n").getBytes(StandardCharsets.US_ASCII);
    assertThat(prefixed(bytes, new Random(1)))
        .isEqualTo("h | " + "x".repeat(LinePrefixer.LONGEST) + "\nh + x\nh | \n");
  }
}
