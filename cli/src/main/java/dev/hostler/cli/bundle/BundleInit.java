package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle init}. */
@Command(
    name = "init",
    description = {
      "Makes a folder with a bundle to start from.",
      "It has one action, hello, with one parameter, name."
    },
    footer = {
      "",
      "Examples:",
      "  hostler bundle init hello",
      "  hostler bundle init . --name hello"
    })
public final class BundleInit implements Callable<Integer> {
  private static final String TOML =
      """
      name = "@NAME@"
      version = "0.1.0"
      description = "Says hello"
      platforms = ["linux/any"]

      # An action: a program of the payload folder, run on hosts in a sandbox.
      [actions.hello]
      description = "Says hello to somebody"
      argv = ["bin/hello"]

      # JSON Schema of its parameters. The program gets them as HOSTLER_PARAM_NAME and the like,
      # and all of them as JSON in HOSTLER_PARAMS.
      [actions.hello.params.properties.name]
      type = "string"
      default = "world"
      description = "Who is greeted"

      # What it may do beyond reading. Nothing is writable and there is no network by default.
      #[actions.hello.sandbox]
      #writable = ["/var/lib/hello"]
      #network = "host"

      [actions.hello.limits]
      memory = "64MiB"
      timeout = "30s"
      """;

  private static final String PROGRAM =
      """
      #!/bin/sh
      set -eu
      echo "Hello, $HOSTLER_PARAM_NAME, from $(uname -n)."
      """;

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(index = "0", paramLabel = "FOLDER", description = "Where; made if it does not exist.")
  private Path folder = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the bundle. Default: the folder's name.")
  private @Nullable String name;

  /** Made by the composition root. */
  public BundleInit(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String bundle =
        name != null
            ? name
            : String.valueOf(folder.toAbsolutePath().normalize().getFileName())
                .toLowerCase(Locale.ROOT);
    if (!bundle.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw CliFailure.usage(
          "\""
              + bundle
              + "\" is no bundle name: lower-case letters, digits and '-', at most 63; choose one"
              + " with --name");
    }
    Path toml = folder.resolve("bundle.toml");
    Path program = folder.resolve("payload/bin/hello");
    try {
      Files.createDirectories(program.getParent());
      Files.writeString(toml, TOML.replace("@NAME@", bundle), StandardOpenOption.CREATE_NEW);
      Files.writeString(program, PROGRAM, StandardOpenOption.CREATE_NEW);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw Failures.of(e);
    }
    result.one(
        session.console(),
        Json.object().put("name", bundle).put("folder", folder),
        () -> "Made " + toml + " and " + program + ".\nNext: hostler bundle build " + folder);
    return 0;
  }
}
