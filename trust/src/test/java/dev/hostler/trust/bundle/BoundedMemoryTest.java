package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.common.signing.KeyAlgorithm;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle is never held in memory: 256 MiB go through a Java machine with a heap of 40 MiB. */
class BoundedMemoryTest {
  private static final long SIZE = 256L << 20;

  @TempDir Path dir;

  @Test
  void aLargeBundleInASmallHeap() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx40m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BoundedMemoryTest.class.getName(),
                dir.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(dir.resolve("out/large")).hasSize(SIZE);
  }

  public static void main(String[] arguments) throws Exception {
    Path dir = Path.of(arguments[0]);
    SampleBundle sample = new SampleBundle(dir);
    try (RandomAccessFile large =
        new RandomAccessFile(sample.folder.resolve("payload/large").toFile(), "rw")) {
      // Not all zeros, or the payload would be small.
      byte[] noise = new byte[1 << 20];
      new java.util.Random(5).nextBytes(noise);
      for (int i = 0; i < 32; i++) {
        large.write(noise);
      }
      large.setLength(SIZE);
    }
    BundleSigner signer =
        BundleSigner.create(dir.resolve("s"), "test", KeyAlgorithm.ED25519, SampleBundle.NOW);
    sample.build();
    signer.sign(sample.bundle, sample.signed, SampleBundle.NOW);
    Files.delete(sample.folder.resolve("payload/large"));
    try (BundleFile file = BundleFile.open(sample.signed)) {
      SampleBundle.trust(dir.resolve("s"))
          .verify(file, file.manifestDigest(), SampleBundle.NOW)
          .unpackTo(dir.resolve("out"));
    }
  }
}
