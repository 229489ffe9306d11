package dev.hostler.lab.bench;

import com.github.luben.zstd.ZstdInputStream;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.time.TimeSource;
import dev.hostler.lab.stack.Stack;
import dev.hostler.trust.bundle.BundleBuilder;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.BundleSigner;
import dev.hostler.trust.bundle.BundleTrust;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Prints how long a host takes to verify and unpack bundles, against plain SHA-256 and unpacking of
 * the same bytes in the same run, by turns; then how long a revocation takes to end what runs. Run
 * by {@code lab/measure-trust}.
 */
public final class TrustTimes {
  private static final int FILE_BYTES = 100_000;
  private static final int BLOCK = 512;
  private static final int BUFFER = 64 * 1024;

  private final Path folder;
  private final BundleSigner signer;
  private final List<java.security.cert.X509Certificate> roots;
  private int made;

  private TrustTimes(Path folder) throws Exception {
    this.folder = folder;
    this.signer =
        BundleSigner.create(
            folder.resolve("signer"), "bench", KeyAlgorithm.EC_P256, TimeSource.system().instant());
    this.roots = Pem.certificates(folder.resolve("signer/root.crt"));
  }

  /**
   * Measures.
   *
   * @param args "bundles" or "revocation" for one of the two; default: both
   */
  public static void main(String[] args) throws Exception {
    List<String> asked = args.length == 0 ? List.of("bundles", "revocation") : List.of(args);
    Path folder = Files.createTempDirectory("hostler-trust-times-");
    try {
      System.out.println("| what | seen |\n|---|---|");
      if (asked.contains("bundles")) {
        TrustTimes times = new TrustTimes(Files.createDirectory(folder.resolve("bundles")));
        Path warm = times.bundle(1_000_000);
        for (int i = 0; i < 200; i++) {
          times.unpack(warm);
          times.plain(warm);
          times.tidy();
        }
        for (int megabytes : List.of(1, 10, 100)) {
          times.row(megabytes, megabytes == 100 ? 10 : 40);
        }
      }
      if (asked.contains("revocation")) {
        try (Stack stack = Stack.start(Stack.checkout(), folder.resolve("stack"))) {
          RevocationTimes.print(stack);
        }
      }
    } finally {
      remove(folder);
    }
  }

  private void row(int megabytes, int rounds) throws Exception {
    Path bundle = bundle(megabytes * 1_000_000);
    Timed plain = new Timed();
    Timed ours = new Timed();
    Timed checked = new Timed();
    for (int i = 0; i < rounds; i++) {
      plain.add(() -> plain(bundle));
      ours.add(() -> unpack(bundle));
      checked.add(() -> check(bundle));
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "| bundle of %d MB in %d files (%.1f MB packed): verify and unpack | %s |%n"
                + "| the same bytes: plain SHA-256 and unpacking | %s |%n"
                + "| ratio of the two | %.2f; of CPU %.2f |%n"
                + "| the same bundle, kept unpacked: signature and chain again | %s |",
            megabytes,
            megabytes * 1_000_000 / FILE_BYTES,
            Files.size(bundle) / 1e6,
            ours.text(),
            plain.text(),
            ours.wall.millis(0.5) / plain.wall.millis(0.5),
            ours.cpu.millis(0.5) / plain.cpu.millis(0.5),
            checked.text()));
  }

  private interface Work {
    /** Returns what it took, in nanoseconds. */
    long run() throws Exception;
  }

  /** By the clock, and by what this thread used of a CPU, which other programs disturb less. */
  private final class Timed {
    final Samples wall = new Samples();
    final Samples cpu = new Samples();

    void add(Work work) throws Exception {
      long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      wall.add(work.run());
      cpu.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin);
      tidy();
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "p50 %.1f ms, best %.1f ms; %.1f ms of a CPU",
          wall.millis(0.5),
          wall.millis(0),
          cpu.millis(0.5));
    }
  }

  /** Half of it text, half of it random. */
  private Path bundle(int bytes) throws Exception {
    Path source = folder.resolve("source-" + bytes);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "bench"
        version = "1.0.0"
        description = "A sample"

        [actions.nothing]
        description = "Does nothing"
        argv = ["bin/f0"]
        """);
    Random random = new Random(1);
    for (int i = 0; i < bytes / FILE_BYTES; i++) {
      byte[] content = new byte[FILE_BYTES];
      if (i % 2 == 0) {
        byte[] words = "lorem ipsum dolor sit amet ".repeat(10).getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < FILE_BYTES; at++) {
          content[at] = words[(at + random.nextInt(2)) % words.length];
        }
      } else {
        random.nextBytes(content);
      }
      Path file = Files.write(source.resolve("payload/bin/f" + i), content);
      Files.setPosixFilePermissions(
          file, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path unsigned = folder.resolve("unsigned-" + bytes);
    Path signed = folder.resolve("signed-" + bytes);
    BundleBuilder.build(source, unsigned);
    signer.sign(unsigned, signed, TimeSource.system().instant());
    return signed;
  }

  private long unpack(Path bundle) throws Exception {
    Path out = folder.resolve("out-" + made++);
    Instant now = TimeSource.system().instant();
    long begin = System.nanoTime();
    try (BundleFile file = BundleFile.open(bundle)) {
      trust().verify(file, file.manifestDigest(), now).unpackTo(out);
    }
    return System.nanoTime() - begin;
  }

  private long check(Path bundle) throws Exception {
    Instant now = TimeSource.system().instant();
    long begin = System.nanoTime();
    try (BundleFile file = BundleFile.open(bundle)) {
      var _ = trust().verify(file, file.manifestDigest(), now);
    }
    return System.nanoTime() - begin;
  }

  private BundleTrust trust() {
    return new BundleTrust(roots, RevocationPolicy.none());
  }

  /** What anybody does who checks nothing: unpack the files, and hash what comes out. */
  private long plain(Path bundle) throws Exception {
    Path out = folder.resolve("plain-" + made++);
    long begin = System.nanoTime();
    Files.createDirectories(out.resolve("bin"));
    byte[] buffer = new byte[BUFFER];
    try (InputStream file = new BufferedInputStream(Files.newInputStream(bundle), BUFFER)) {
      skipEntry(file);
      skipEntry(file);
      file.readNBytes(BLOCK);
      try (InputStream tar = new ZstdInputStream(file)) {
        for (long size = header(tar, buffer); size > 0; size = header(tar, buffer)) {
          Path target = out.resolve(name(buffer));
          MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
          try (OutputStream to = Files.newOutputStream(target)) {
            long left = size;
            while (left > 0) {
              int count = tar.read(buffer, 0, (int) Math.min(left, BUFFER));
              sha256.update(buffer, 0, count);
              to.write(buffer, 0, count);
              left -= count;
            }
          }
          sha256.digest();
          tar.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        }
      }
    }
    return System.nanoTime() - begin;
  }

  private static void skipEntry(InputStream file) throws IOException {
    byte[] header = new byte[BLOCK];
    long size = header(file, header);
    file.skipNBytes(size + (BLOCK - size % BLOCK) % BLOCK);
  }

  /** Reads the header of an entry; 0 at the end. */
  private static long header(InputStream tar, byte[] buffer) throws IOException {
    tar.readNBytes(buffer, 0, BLOCK);
    String size = new String(buffer, 124, 11, StandardCharsets.US_ASCII).replace("\0", "");
    return size.isEmpty() ? 0 : Long.parseLong(size, 8);
  }

  private static String name(byte[] header) {
    String name = new String(header, 0, 100, StandardCharsets.US_ASCII);
    return name.substring(0, name.indexOf(0));
  }

  /** Removes what was unpacked. */
  private void tidy() throws IOException {
    try (var outs = Files.newDirectoryStream(folder, "{out,plain}-*")) {
      for (Path out : outs) {
        remove(out);
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
