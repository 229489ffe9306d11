package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.common.signing.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys of operators, made on their own machine. */
class OperatorCommandsTest extends CliTest {
  @Test
  void aRootAndAnOperatorBelowItAreMade() throws Exception {
    Path keys = folder.resolve("operators");
    Result made = run("operator", "create", keys.toString(), "--name", "alice", "--role", "admin");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out()).contains("alice.crt", "trust.operator_roots");
    X509Certificate root = Pem.certificates(keys.resolve("root.crt")).getFirst();
    X509Certificate alice = Pem.certificates(keys.resolve("alice.crt")).getFirst();
    alice.verify(root.getPublicKey());
    assertThat(alice.getSubjectAlternativeNames().toString())
        .contains("hostler://operator/alice", "admin");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.resolve("alice.key"))))
        .isEqualTo("rw-------");

    JsonNode json =
        run("operator", "create", keys.toString(), "--name", "bob", "--valid", "1d", "-o", "json")
            .json();
    assertThat(json.get("operator").stringValue()).isEqualTo("bob");
    X509Certificate bob = Pem.certificates(Path.of(json.get("cert").stringValue())).getFirst();
    bob.verify(root.getPublicKey());
    assertThat(Instant.parse(json.get("expires_at").stringValue()))
        .isEqualTo(bob.getNotAfter().toInstant())
        .isBefore(alice.getNotAfter().toInstant().minus(Duration.ofDays(80)));
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    Path keys = folder.resolve("operators");
    assertThat(run("operator", "create", keys.toString(), "--name", "alice").code()).isZero();
    byte[] before = Files.readAllBytes(keys.resolve("alice.key"));
    Result again = run("operator", "create", keys.toString(), "--name", "alice");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("alice", "nothing was changed");
    assertThat(Files.readAllBytes(keys.resolve("alice.key"))).isEqualTo(before);
  }

  @Test
  void badNamesAndLivesAreRefusedBeforeAnythingIsMade() {
    String keys = folder.resolve("operators").toString();
    assertThat(run("operator", "create", keys).err()).contains("--name");
    assertThat(run("operator", "create", keys, "--name", "a/b").code()).isEqualTo(2);
    assertThat(run("operator", "create", keys, "--name", "a", "--role", "x y").code()).isEqualTo(2);
    assertThat(run("operator", "create", keys, "--name", "a", "--valid", "1s").err())
        .contains("--valid", "1m to 3650d");
    assertThat(folder.resolve("operators")).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeMadeIsTold() throws Exception {
    Path file = Files.writeString(folder.resolve("taken"), "a file");
    Result refused = run("operator", "create", file.toString(), "--name", "alice");
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("taken");
    assertThat(file).hasContent("a file");
  }
}
