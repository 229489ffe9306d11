package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.TrustException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CVE-2020-25860: what was verified is not what is installed. */
class RewrittenBundleTest {
  @TempDir Path dir;

  private Path good() throws Exception {
    SampleBundle sample = new SampleBundle(dir.resolve("good"));
    sample.sign(dir.resolve("signers"));
    return sample.signed;
  }

  /** Unsigned, larger, and its program does something else. */
  private Path evil() throws Exception {
    SampleBundle sample = new SampleBundle(dir.resolve("evil"));
    sample.file("payload/bin/greet", "#!/bin/sh\nrm -rf /\n", "rwxr-xr-x").build();
    return sample.bundle;
  }

  private TrustedBundle verified(BundleFile file) throws Exception {
    return SampleBundle.trust(dir.resolve("signers"))
        .verify(file, file.manifestDigest(), SampleBundle.NOW);
  }

  @Test
  void bytesThatChangeInPlaceAfterTheVerificationAreNotUnpacked() throws Exception {
    Path good = good();
    byte[] evil = Files.readAllBytes(evil());
    Path target = dir.resolve("unpacked");
    try (BundleFile file = BundleFile.open(good)) {
      TrustedBundle trusted = verified(file);
      Files.write(good, evil, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
      assertThatThrownBy(() -> trusted.unpackTo(target))
          .isInstanceOfSatisfying(
              TrustException.class,
              e ->
                  assertThat(e.reason())
                      .isIn(
                          Reason.DIGEST_MISMATCH,
                          Reason.PAYLOAD_REFUSED,
                          Reason.TRUNCATED,
                          Reason.MALFORMED));
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void anotherFileOfTheNameIsNotLookedAt() throws Exception {
    Path good = good();
    Path evil = evil();
    Path target = dir.resolve("unpacked");
    try (BundleFile file = BundleFile.open(good)) {
      TrustedBundle trusted = verified(file);
      Files.move(evil, good, StandardCopyOption.REPLACE_EXISTING);
      trusted.unpackTo(target);
    }
    assertThat(target.resolve("bin/greet")).hasContent("#!/bin/sh\necho hello\n");
  }
}
