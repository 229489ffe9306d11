package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secret parameters, from the operator's file to the program on the host, and nowhere between. */
class SecretsE2eTest {
  private static final String SECRET = "kAh5-correct-horse-battery-staple-9Zq";
  private static final String NOTE = "nobody-minds-if-this-is-read-by-all";
  private static final String HEX = "[0-9a-f]{64}";

  private Path data;
  private Stack stack;
  private AgentHost one;
  private AgentHost two;
  private Path secretFile;
  private Traces traces;

  @BeforeEach
  void start() throws Exception {
    data = Files.createTempDirectory("hostler-e2e-secrets-");
    stack = Stack.start(Stack.checkout(), data);
    one = stack.addAgent("one");
    two = stack.addAgent("two");
    secretFile = Files.writeString(data.resolve("password.txt"), SECRET + "\n");
    traces = new Traces(data);
    push();
  }

  @AfterEach
  void end() throws Exception {
    stack.close();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private void push() throws Exception {
    Path signer = data.resolve("signer");
    good("signer", "create", signer.toString());
    one.pinBundleRoots(signer.resolve("root.crt"));
    two.pinBundleRoots(signer.resolve("root.crt"));
    Path source = data.resolve("vault");
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "vault"
        version = "1.0.0"
        description = "Takes a secret"

        [actions.take]
        description = "Prints the SHA-256 of what it was given"
        argv = ["bin/take"]

        [actions.take.params]
        required = ["password"]

        [actions.take.params.properties.password]
        type = "string"
        minLength = 8
        writeOnly = true

        [actions.take.params.properties.note]
        type = "string"

        [actions.take.params.properties.seconds]
        type = "integer"
        default = 0
        """);
    Path program =
        Files.writeString(
            source.resolve("payload/bin/take"),
            "#!/bin/sh\necho begun\nsleep $HOSTLER_PARAM_SECONDS\n"
                + "printf %s \"$HOSTLER_PARAM_PASSWORD\" | sha256sum | cut -d' ' -f1\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String file = data.resolve("vault.hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", signer.toString());
    good("bundle", "push", file);
  }

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  private List<String> take(String... more) {
    return Stream.concat(
            Stream.of("run", "vault", "take", "--secret", "password=@" + secretFile),
            Stream.of(more))
        .toList();
  }

  private CliResult run(String... more) {
    return stack.cliCall(take(more)).result();
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aSecretReachesTheProgramsAndNothingElse() throws Exception {
    String digest = sha256(SECRET);
    CliResult both = run("-t", "true", "--param", "note=" + NOTE, "-o", "json");
    assertThat(both.exitCode()).as(both::toString).isZero();
    assertThat(both.text().split(digest, -1)).as(both::toString).hasSize(3); // once on each host
    assertThat(both.text()).contains("(sealed)", NOTE);
    assertThat(both.stderr()).contains("Trusted from now on", "2 hosts");

    // Of a program that goes on while its agent is killed and started again.
    CliCall slow = stack.cliCall(take("--host", "one", "--param", "seconds=4"));
    Stack.await("the program", () -> slow.stdoutSoFar().contains("begun"));
    one.daemon().kill();
    one.start();
    CliResult after = slow.result();
    assertThat(after.text()).as(after::toString).isEqualTo("begun\n" + digest + "\n");
    assertThat(after.stderr()).doesNotContain("Trusted from now on");

    // For a host that is away.
    two.daemon().stop();
    String job = run("--host", "two", "--detach").text().strip();
    assertThat(good("job", "show", job, "-o", "json").text()).contains("(sealed)");
    two.start();
    good("job", "watch", job);
    assertThat(stack.cli("job", "logs", job).text()).isEqualTo("begun\n" + digest + "\n");

    Path exported = data.resolve("audit.jsonl");
    Files.writeString(exported, good("audit", "list", "-o", "json").text());
    Files.writeString(data.resolve("jobs.json"), good("job", "list", "-o", "json").text());
    for (CliResult shown : List.of(both, after)) {
      Files.writeString(data.resolve("shown-" + shown.hashCode()), shown.text() + shown.stderr());
    }
    assertThat(traces.of(NOTE, Set.of()))
        .as("what is not secret is found, so this would find what is")
        .anyMatch(place -> place.endsWith(".jobs"))
        .anyMatch(place -> place.contains("agent-one"));
    assertThat(traces.of(SECRET, Set.of(secretFile))).isEmpty();
  }

  private String sealingKey(AgentHost host) throws Exception {
    Process process =
        new ProcessBuilder(
                Stack.checkout().resolve("bin/hostler-agent").toString(),
                "key",
                "--sealing",
                "--config",
                host.folder().resolve("agent.toml").toString())
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return printed.strip();
  }

  @Test
  void nobodyElseIsSealedTo() throws Exception {
    assertThat(run("--host", "two").exitCode()).isZero();
    String before = sealingKey(two);
    assertThat(before).matches(HEX);
    assertThat(good("host", "key", "two", "-o", "json").text())
        .contains("\"offered\"", before, "\"trusted\"");

    // Whoever has the database offers the key of another host.
    String swap =
        "UPDATE host_sealing_keys k SET statement = o.statement, signature = o.signature"
            + " FROM host_sealing_keys o WHERE o.host_id <> k.host_id";
    traces.sql(swap);
    CliResult known = run("--host", "two");
    assertThat(known.exitCode()).as(known::toString).isEqualTo(2);
    assertThat(known.stderr()).contains("another sealing key than before", "nothing was sent");
    CliResult unknown = run("--host", "one");
    assertThat(unknown.exitCode()).as(unknown::toString).isEqualTo(2);
    assertThat(unknown.stderr()).contains("it is the key of host");
    traces.sql(swap);
    assertThat(run("--host", "one", "--host", "two").exitCode()).isZero();

    // The host was set up anew while something was sealed to its old key.
    two.daemon().stop();
    String job = run("--host", "two", "--detach").text().strip();
    Path sealing = two.folder().resolve("state/identity/sealing");
    Files.move(sealing, data.resolve("old-sealing"));
    two.start();
    CliResult lost = stack.cli("job", "watch", job);
    assertThat(lost.exitCode()).as(lost::toString).isEqualTo(1);
    assertThat(lost.stderr()).as(lost::toString).contains("cannot be opened with the key that");
    stack.awaitConnected("two");
    CliResult changed = run("--host", "two");
    assertThat(changed.stderr()).as(changed::toString).contains("another sealing key than before");
    String now = sealingKey(two);
    assertThat(now).isNotEqualTo(before);
    CliResult wrong = stack.cli("host", "key", "two", "--trust", before);
    assertThat(wrong.exitCode()).as(wrong::toString).isEqualTo(2);
    good("host", "key", "two", "--trust", now);
    assertThat(run("--host", "two").exitCode()).isZero();
  }
}
