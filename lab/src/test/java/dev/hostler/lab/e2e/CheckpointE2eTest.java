package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Named points over three hosts, each of which finds a folder of its own at one path. */
class CheckpointE2eTest {
  private static final Pattern UNDO = Pattern.compile("to undo: hostler (snapshot restore \\S+)");

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private final Map<AgentHost, Path> own = new LinkedHashMap<>();
  private Path top;
  private Path at;
  private String name;

  @BeforeEach
  void giveEachItsOwn() throws Exception {
    top = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    Files.setPosixFilePermissions(top, PosixFilePermissions.fromString("rwxr-xr-x"));
    name = top.getFileName().toString();
    at = Files.createDirectory(top.resolve("at"));
    for (AgentHost host : new AgentHost[] {fleet.one, fleet.two, fleet.three}) {
      Path folder = Files.createDirectory(top.resolve(host.name()));
      Files.writeString(folder.resolve("file"), "as it was\n");
      Files.writeString(folder.resolve("kept"), "the same on all\n");
      own.put(host, folder);
      host.daemon().kill();
      host.startWith(folder, at);
    }
    for (AgentHost host : own.keySet()) {
      stack.awaitConnected(host.name());
    }
  }

  @AfterEach
  void leaveTheFleetAsItWas() throws Exception {
    stack.cli("checkpoint", "remove", name, "--reason", "the test is over");
    for (AgentHost host : own.keySet()) {
      host.daemon().kill();
      host.start();
      stack.awaitConnected(host.name());
    }
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private CliResult ends(int code, String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(code);
    return result;
  }

  private void change(AgentHost host, String text) throws IOException {
    Files.writeString(own.get(host).resolve("file"), text);
    Files.writeString(own.get(host).resolve("more"), "more\n");
  }

  private void isBack(AgentHost host) {
    assertThat(own.get(host).resolve("file")).hasContent("as it was\n");
    assertThat(own.get(host).resolve("more")).doesNotExist();
    assertThat(own.get(host).resolve("kept")).hasContent("the same on all\n");
  }

  @Test
  void hostsAreBroughtBackAsTheirPlansSay() throws Exception {
    ends(0, "checkpoint", "create", name, "-t", "true", at.toString());
    assertThat(ends(0, "checkpoint", "list").text()).containsPattern(name + " +3 of 3 .* " + at);
    CliResult again = ends(1, "checkpoint", "create", name, "--host", "one", at.toString());
    assertThat(again.stderr()).contains("this host has a checkpoint " + name + " already");
    CliResult other = ends(2, "checkpoint", "create", name, "--host", "one", "/etc/hostname");
    assertThat(other.stderr()).contains("there is a checkpoint of that name, of " + at);

    change(fleet.one, "changed\n");
    change(fleet.two, "changed\n");
    change(fleet.three, "changed otherwise\n");
    CliResult plan = ends(5, "checkpoint", "restore", name, "--reason", "drill");
    assertThat(plan.text())
        .contains(
            "2 hosts: one, two:\n changed " + at + "/file",
            "1 host: three:\n changed " + at + "/file",
            " deleted " + at + "/more",
            "-changed\n+as it was\n",
            "-changed otherwise\n+as it was\n")
        .doesNotContain("kept");
    assertThat(plan.stderr()).contains("nothing was changed", "--yes");
    assertThat(own.get(fleet.one).resolve("file")).hasContent("changed\n");

    fleet.three.daemon().kill();
    Stack.await(
        "three to be seen as offline",
        () -> stack.cli("host", "show", "three").text().contains("offline"));
    CliResult two = ends(1, "checkpoint", "restore", name, "--reason", "drill", "--yes");
    assertThat(two.stderr()).contains("left out: three is offline");
    assertThat(two.text()).contains("applied, identical");
    isBack(fleet.one);
    isBack(fleet.two);
    assertThat(own.get(fleet.three).resolve("file")).hasContent("changed otherwise\n");

    fleet.three.startWith(own.get(fleet.three), at);
    stack.awaitConnected("three");
    CliResult last = ends(0, "checkpoint", "restore", name, "--reason", "drill", "--yes");
    assertThat(last.text()).contains("2 hosts: one, two:\n no changes", "1 host: three:\n changed");
    isBack(fleet.three);
    Matcher undo = UNDO.matcher(last.stderr());
    assertThat(undo.find()).as(last::toString).isTrue();
    ends(
        0,
        Stream.concat(
                Stream.of(undo.group(1).split(" ")),
                Stream.of("--host", "three", "--reason", "undo"))
            .toArray(String[]::new));
    assertThat(own.get(fleet.three).resolve("file")).hasContent("changed otherwise\n");
    assertThat(ends(0, "audit", "list", "-o", "json").text())
        .contains("hostler checkpoint restore " + name + " --reason drill");
  }

  @Test
  void whoDoesNotHaveItIsSaid() throws Exception {
    Files.delete(own.get(fleet.two).resolve("file"));
    Files.createSymbolicLink(own.get(fleet.two).resolve("file"), Path.of("/etc"));
    String through = at + "/file/hostname"; // on two through a link, which no snapshot follows
    Files.delete(own.get(fleet.one).resolve("file"));
    Files.createDirectory(own.get(fleet.one).resolve("file"));
    CliResult made =
        ends(1, "checkpoint", "create", name, "--host", "one", "--host", "two", through);
    assertThat(made.stderr()).contains("1 of 2 hosts succeeded, 1 failed");
    String shown = ends(0, "checkpoint", "show", name).text();
    assertThat(shown)
        .contains("1 have it, 1 do not have it")
        .containsPattern("one +kept +connected")
        .containsPattern("two +missing +connected .* refused: ");
    Files.writeString(own.get(fleet.one).resolve("file/hostname"), "new\n");
    CliResult restored =
        ends(1, "checkpoint", "restore", name, "-t", "true", "--reason", "drill", "--yes");
    assertThat(restored.stderr())
        .contains("left out: two does not have it: refused: ", "left out: three never had this");
    assertThat(own.get(fleet.one).resolve("file/hostname")).doesNotExist();
    ends(0, "checkpoint", "remove", name, "--reason", "done");
    assertThat(ends(0, "checkpoint", "list").text()).doesNotContain(name);
    assertThat(ends(2, "checkpoint", "show", name).stderr()).contains("no such checkpoint");
  }
}
