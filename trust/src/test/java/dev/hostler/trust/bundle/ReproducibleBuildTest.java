package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import dev.hostler.trust.json.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproducibleBuildTest {
  @TempDir Path dir;

  private static void fill(SampleBundle sample, List<String> order, String file, String program)
      throws IOException {
    for (String name : order) {
      sample.file("payload/many/" + name, "content of " + name, file);
      sample.file("payload/many/" + name + ".sh", "#!/bin/sh\n", program);
    }
  }

  @Test
  void orderTimesAndUmaskDoNotMatter() throws Exception {
    List<String> names = new ArrayList<>(List.of("b", "a", "Z", "é", "a-b", "ab", "10", "9"));
    SampleBundle one = new SampleBundle(Files.createDirectory(dir.resolve("one")));
    fill(one, names, "rw-r--r--", "rwxr-xr-x");
    SampleBundle two = new SampleBundle(Files.createDirectory(dir.resolve("two")));
    fill(two, names.reversed(), "rw-------", "rwx------");
    try (var all = Files.walk(two.folder)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
      }
    }

    Manifest first = one.build();
    Manifest second = two.build();
    assertThat(second.canonicalJson()).isEqualTo(first.canonicalJson());
    assertThat(two.bundle).hasSameBinaryContentAs(one.bundle);
    byte[] before = Files.readAllBytes(one.bundle);
    one.build();
    assertThat(one.bundle).hasBinaryContent(before);
    assertThat(first.payload())
        .extracting(Manifest.PayloadFile::path)
        .containsSubsequence(
            "many/10", "many/10.sh", "many/9", "many/Z", "many/a", "many/a-b", "many/a.sh");
  }

  @Test
  void everyRealChangeChangesTheDigest() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    List<byte[]> manifests = new ArrayList<>();
    manifests.add(sample.build().canonicalJson());
    sample.file("payload/empty", "x", "rw-r--r--");
    manifests.add(sample.build().canonicalJson());
    sample.file("payload/empty", "x", "rwxr-xr-x");
    manifests.add(sample.build().canonicalJson());
    sample.file("payload/more", "", "rw-r--r--");
    manifests.add(sample.build().canonicalJson());
    sample.toml(SampleBundle.TOML.replace("1.2.3", "1.2.4"));
    manifests.add(sample.build().canonicalJson());
    assertThat(manifests.stream().map(String::new).distinct()).hasSize(5);
  }

  @Test
  void otherProgramsCanReadTheArchives() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    String deep = "d".repeat(90) + "/" + "e".repeat(90);
    sample.file("payload/" + deep, "deep", "rw-r--r--");
    sample.sign(dir.resolve("signers"));
    List<String> outer = new ArrayList<>();
    List<String> inner = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Files.newInputStream(sample.signed))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        outer.add(e.getName());
        if (e.getName().equals(BundleLayout.PAYLOAD)) {
          byte[] payload = tar.readAllBytes();
          try (TarArchiveInputStream files =
              new TarArchiveInputStream(
                  new ZstdInputStream(new ByteArrayInputStream(payload)), "UTF-8")) {
            for (TarArchiveEntry f = files.getNextEntry(); f != null; f = files.getNextEntry()) {
              inner.add(f.getName() + " " + Integer.toOctalString(f.getMode() & 07777));
              assertThat(f.getLastModifiedTime().toMillis()).isZero();
            }
          }
        }
      }
    }
    assertThat(outer).containsExactly("manifest.json", "manifest.cms", "payload.tar.zst");
    assertThat(inner)
        .containsExactly("bin/greet 755", "data/words.txt 644", deep + " 644", "empty 644");
  }

  @Test
  void aPayloadWithWhatABundleCannotHold() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    Path payload = sample.folder.resolve("payload");
    Files.createSymbolicLink(payload.resolve("link"), Path.of("/etc/passwd"));
    Files.createDirectory(payload.resolve("nothing"));
    assertThatThrownBy(sample::build)
        .isInstanceOfSatisfying(
            InvalidBundleException.class,
            e ->
                assertThat(e.problems())
                    .extracting(Problem::field)
                    .containsExactlyInAnyOrder("payload 'link'", "payload 'nothing'"));
    assertThat(sample.bundle).doesNotExist();
  }

  @Test
  void namesThatCannotBePacked() throws Exception {
    SampleBundle sample = new SampleBundle(dir);
    sample.file("payload/" + "n".repeat(120), "x", "rw-r--r--");
    sample.file("payload/README", "x", "rw-r--r--");
    sample.file("payload/readme", "x", "rw-r--r--");
    sample.file("payload/back\\slash", "x", "rw-r--r--");
    assertThatThrownBy(sample::build)
        .hasMessageContainingAll("too long", "collides", "not a safe path");
  }

  @Test
  void noPayloadFolder() throws Exception {
    SampleBundle sample = new SampleBundle(dir).toml("payload = \"else\"\n" + SampleBundle.TOML);
    assertThatThrownBy(sample::build).hasMessageContaining("there is no folder");
    sample.toml("payload = \"../else\"\n" + SampleBundle.TOML);
    assertThatThrownBy(sample::build).hasMessageContaining("not a folder here");
  }
}
