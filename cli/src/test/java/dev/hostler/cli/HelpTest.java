package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Terminals;
import dev.hostler.common.time.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HelpTest extends CliTest {

  private static void collect(CommandLine command, String path, List<String> paths) {
    command
        .getSubcommands()
        .forEach((name, inner) -> {
          paths.add(path + name);
          collect(inner, path + name + " ", paths);
        });
  }

  private static List<String> commands() {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new ByteArrayOutputStream(),
            Terminals.NONE,
            Map.of());
    List<String> paths = new ArrayList<>();
    collect(
        new CommandTree(
                new Session(console, Map.of(), TimeSource.system(), new ThisProcess(), null))
            .build(),
        "",
        paths);
    return paths;
  }

  @Test
  void everyCommandHasHelpWithExamplesAndExitCodes() {
    assertThat(commands()).hasSizeGreaterThan(30).contains("run", "job logs", "bundle sign");
    for (String path : commands()) {
      Result result = run((path + " --help").split(" "));
      assertThat(result.code()).as(path).isZero();
      assertThat(result.out())
          .as(path)
          .contains("Examples:\n  ", "Exit codes:", "130", "Usage: hostler " + path.split(" ")[0]);
      assertThat(result.out().lines()).as(path).allMatch(line -> line.length() <= 110);
    }
  }

  @Test
  void listedCommandsAreToldInWholeSentences() {
    for (String path : commands()) {
      List<String> lines = run((path + " --help").split(" ")).out().lines().toList();
      int from = lines.indexOf("Commands:");
      if (from < 0) {
        continue;
      }
      String list = String.join("\n", lines.subList(from + 1, lines.indexOf("Exit codes:") - 1));
      assertThat(list.split("\n(?=  \\S)")).as(path).allMatch(line -> line.endsWith("."));
    }
  }

  @Test
  void everyCommandThatDoesSomethingHasJson() {
    for (String path : commands()) {
      String help = run((path + " --help").split(" ")).out();
      if (!help.contains("\nCommands:\n")) {
        assertThat(help).as(path).contains("-o, --format=FORMAT");
      }
    }
  }

  @Test
  void everyCommandIsDocumented() throws IOException {
    String docs = Files.readString(Path.of("../docs/cli.md"));
    for (String path : commands()) {
      assertThat(docs).as(path).contains("hostler " + path);
    }
  }

  @Test
  void theRootHelpNamesAllNounsAndTheVersionIsPrinted() {
    assertThat(run("--help").out()).contains("login", "context", "bundle", "HOSTLER_CONFIG");
    assertThat(run("--version").out()).matches("hostler \\S+\n");
  }

  @Test
  void whatIsNotACommandIsWrongUsage() {
    Result none = run();
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("Usage: hostler");
    Result typo = run("hots", "list");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.err()).contains("did you mean", " host ", "See `hostler --help`.");
    assertThat(run("host").code()).isEqualTo(2);
    assertThat(run("host", "list", "--nope").err()).contains("See `hostler host list --help`.");
    assertThat(run("host", "show").err()).contains("HOST");
    assertThat(run("host", "list", "-o", "xml").err()).contains("table, json");
  }

  @Test
  void theCompletionScriptIsGoodBash() throws Exception {
    Result script = run("completion", "bash");
    Path file = Files.write(folder.resolve("complete.sh"), script.stdout());
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source '"
                    + file
                    + "' && COMP_WORDS=(hostler job l) COMP_CWORD=2 "
                    + "&& _complete_hostler && echo \"${COMPREPLY[*]}\"")
            .redirectErrorStream(true)
            .start();
    String completed = new String(bash.getInputStream().readAllBytes());

    assertThat(bash.waitFor()).as(completed).isZero();
    assertThat(completed.strip().split("\\s+")).containsExactlyInAnyOrder("list", "logs");
    assertThat(run("completion", "zsh", "-o", "json").json().get("shell").stringValue())
        .isEqualTo("zsh");
    assertThat(run("completion", "fish").code()).isEqualTo(2);
  }
}
